"""Rotates a deque of all workers by one each tick; those that are done stay in it."""

from collections import deque
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
    todo = [deque(kind for kind, ticks in worker.bursts for _ in range(ticks)) for worker in workers]
    finished = [0] * len(workers)
    order = deque(range(len(workers)))
    now = 0
    while any(todo):
        now += 1
        cores_left = cores
        gils = {worker.process: 1 if gil else len(workers) for worker in workers}
        for i in order:
            if todo[i]:
                kind = todo[i][0]
                core = kind != "io"
                lock = kind == "python"
                if cores_left >= core and gils[workers[i].process] >= lock:
                    cores_left -= core
                    gils[workers[i].process] -= lock
                    todo[i].popleft()
                    finished[i] = now
        order.rotate(-1)
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
