"""Waiting is left out of the comparison, and it may be what ends last.

Rejected by: test_choose
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["python", "native", "io"]
Burst = tuple[Kind, int]


@dataclass(frozen=True)
class Worker:
    process: str
    bursts: tuple[Burst, ...]


def _check(jobs: Iterable[Sequence[Burst]], cores: int, process_cost: int = 0) -> None:
    if cores < 1:
        raise ValueError("no core")
    if process_cost < 0:
        raise ValueError("a process for less than nothing")
    for bursts in jobs:
        for kind, ticks in bursts:
            if kind not in get_args(Kind):
                raise ValueError(f"kind {kind!r}")
            if ticks < 1:
                raise ValueError(f"{ticks} ticks")


def finish_ticks(workers: Sequence[Worker], *, cores: int, gil: bool = True) -> list[int]:
    _check((w.bursts for w in workers), cores)
    n = len(workers)
    left = [[list(burst) for burst in reversed(w.bursts)] for w in workers]
    done = [0] * n
    t = 0
    while any(left):
        used = 0
        locked: set[str] = set()
        for k in range(n):
            i = (t + k) % n
            if not left[i]:
                continue
            burst = left[i][-1]
            kind = burst[0]
            if kind != "io":
                if used >= cores:
                    continue
                if kind == "python" and gil:
                    if workers[i].process in locked:
                        continue
                    locked.add(workers[i].process)
                used += 1
            burst[1] -= 1
            if not burst[1]:
                left[i].pop()
                if not left[i]:
                    done[i] = t + 1
        t += 1
    return done


def choose(jobs: Sequence[Sequence[Burst]], *, cores: int, process_cost: int) -> Literal["threads", "processes"]:
    _check(jobs, cores, process_cost)
    start: tuple[Burst, ...] = (("python", process_cost),) if process_cost else ()
    threads = [Worker("p", tuple(job)) for job in jobs]
    processes = [Worker(f"p{i}", (*start, *job)) for i, job in enumerate(jobs)]
    ends = [
        max(
            finish_ticks([Worker(x.process, tuple(b for b in x.bursts if b[0] != "io")) for x in plan], cores=cores),
            default=0,
        )
        for plan in (threads, processes)
    ]
    return "processes" if ends[1] < ends[0] else "threads"
