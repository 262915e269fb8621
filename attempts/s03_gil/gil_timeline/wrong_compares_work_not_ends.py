"""Compares the sums of the work: waiting and cores play no part.

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
    return finished


def choose(jobs: Sequence[Sequence[Burst]], *, cores: int, process_cost: int) -> Literal["threads", "processes"]:
    if process_cost < 0:
        raise ValueError("no such cost")
    check([burst for job in jobs for burst in job], cores)
    python = sum(ticks for job in jobs for kind, ticks in job if kind == "python")
    longest = max((sum(ticks for _, ticks in job) for job in jobs), default=0)
    return "processes" if process_cost + longest < python else "threads"
