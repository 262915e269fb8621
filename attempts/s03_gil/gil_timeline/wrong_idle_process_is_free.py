"""A job with nothing to do costs no process.

Rejected by: test_choose
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


def _check(bursts: Sequence[Burst]) -> None:
    for kind, ticks in bursts:
        if kind not in ("python", "native", "io"):
            raise ValueError(f"unknown kind {kind!r}")
        if ticks < 1:
            raise ValueError("a burst takes at least one tick")


def finish_ticks(workers: Sequence[Worker], *, cores: int, gil: bool = True) -> list[int]:
    if cores < 1:
        raise ValueError("cores < 1")
    for worker in workers:
        _check(worker.bursts)
    n = len(workers)
    todo = [[kind for kind, ticks in worker.bursts for _ in range(ticks)][::-1] for worker in workers]
    done = [0] * n
    t = 0
    while any(todo):
        used = 0
        holders: set[str] = set()
        for k in range(n):
            i = (t + k) % n
            if not todo[i]:
                continue
            kind = todo[i][-1]
            if kind != "io":
                if used >= cores:
                    continue
                if kind == "python":
                    if gil and workers[i].process in holders:
                        continue
                    holders.add(workers[i].process)
                used += 1
            todo[i].pop()
            if not todo[i]:
                done[i] = t + 1
        t += 1
    return done


def choose(jobs: Sequence[Sequence[Burst]], *, cores: int, process_cost: int) -> Literal["threads", "processes"]:
    if process_cost < 0:
        raise ValueError("process_cost < 0")
    if cores < 1:
        raise ValueError("cores < 1")
    front: tuple[Burst, ...] = (("python", process_cost),) if process_cost else ()
    threads = [Worker("p", tuple(job)) for job in jobs]
    processes = [Worker(str(i), (front if job else ()) + tuple(job)) for i, job in enumerate(jobs)]
    a = max(finish_ticks(threads, cores=cores), default=0)
    b = max(finish_ticks(processes, cores=cores), default=0)
    return "processes" if b < a else "threads"
