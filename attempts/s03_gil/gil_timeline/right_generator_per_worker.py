"""Each worker is a generator that says what it needs next; the loop lets it go on when it can have it."""

from collections.abc import Iterator, Sequence
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


def life(worker: Worker) -> Iterator[Kind]:
    for kind, ticks in worker.bursts:
        for _ in range(ticks):
            yield kind


def finish_ticks(workers: Sequence[Worker], *, cores: int, gil: bool = True) -> list[int]:
    check([burst for worker in workers for burst in worker.bursts], cores)
    lives = [life(worker) for worker in workers]
    needs = [next(each, None) for each in lives]
    finished = [0] * len(workers)
    tick = 0
    while any(needs):
        free, locked = cores, []
        turn = tick % len(workers)
        for i in (*range(turn, len(workers)), *range(turn)):
            need, process = needs[i], workers[i].process
            if need is None:
                continue
            if need != "io":
                if free == 0 or (need == "python" and gil and process in locked):
                    continue
                free -= 1
                if need == "python":
                    locked.append(process)
            needs[i] = next(lives[i], None)
            if needs[i] is None:
                finished[i] = tick + 1
        tick += 1
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
