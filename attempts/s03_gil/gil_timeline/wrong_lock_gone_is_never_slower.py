"""Believes that no lock means no delay, and takes the earlier end of the two.

Rejected by: test_without_the_gil_it_may_take_longer
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["python", "native", "io"]
Burst = tuple[Kind, int]


@dataclass(frozen=True)
class Worker:
    process: str
    bursts: tuple[Burst, ...]


def check(bursts: Sequence[Burst], cores: int) -> None:
    if cores < 1:
        raise ValueError("no core")
    for kind, ticks in bursts:
        if kind not in ("python", "native", "io") or ticks < 1:
            raise ValueError("no such burst")


def finish_ticks(workers: Sequence[Worker], *, cores: int, gil: bool = True) -> list[int]:
    check([burst for worker in workers for burst in worker.bursts], cores)
    n = len(workers)
    left = [[list(burst) for burst in worker.bursts] for worker in workers]
    finished = [0] * n
    t = 0
    while any(left):
        used = 0
        taken = set()
        for k in range(n):
            i = (t + k) % n
            if not left[i]:
                continue
            kind = left[i][0][0]
            process = workers[i].process
            if kind != "io" and used >= cores:
                continue
            if kind == "python" and gil and process in taken:
                continue
            if kind != "io":
                used += 1
            if kind == "python":
                taken.add(process)
            left[i][0][1] -= 1
            if left[i][0][1] == 0:
                left[i].pop(0)
            if not left[i]:
                finished[i] = t + 1
        t += 1
    if not gil:
        locked = finish_ticks(workers, cores=cores, gil=True)
        finished = [min(pair) for pair in zip(finished, locked)]
    return finished


def choose(jobs: Sequence[Sequence[Burst]], *, cores: int, process_cost: int) -> Literal["threads", "processes"]:
    if process_cost < 0:
        raise ValueError("no such cost")
    threads = [Worker("main", tuple(job)) for job in jobs]
    processes = []
    for number, job in enumerate(jobs):
        start = [("python", process_cost)] if process_cost > 0 else []
        processes.append(Worker(str(number), (*start, *job)))
    a = max(finish_ticks(threads, cores=cores), default=0)
    b = max(finish_ticks(processes, cores=cores), default=0)
    return "processes" if b < a else "threads"
