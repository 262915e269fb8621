"""Asks whether there is a process where it asks for its name: workers of the process "" share no GIL.

Rejected by: test_processes_are_told_apart_by_name
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["python", "native", "io"]
Burst = tuple[Kind, int]


@dataclass(frozen=True)
class Worker:
    """A thread: what it has to do, one burst after the other."""

    process: str
    bursts: tuple[Burst, ...]


KINDS = ("python", "native", "io")


def _check(cores, jobs):
    if cores < 1:
        raise ValueError(f"cores must be >= 1, got {cores}")
    for job in jobs:
        for kind, ticks in job:
            if kind not in KINDS:
                raise ValueError(f"unknown kind {kind!r}")
            if ticks < 1:
                raise ValueError(f"a burst needs at least one tick, got {ticks}")


def finish_ticks(workers: Sequence[Worker], *, cores: int, gil: bool = True) -> list[int]:
    _check(cores, [w.bursts for w in workers])
    n = len(workers)
    finish = [0] * n
    index = [0] * n
    left = [w.bursts[0][1] if w.bursts else 0 for w in workers]
    remaining = sum(1 for w in workers if w.bursts)
    t = 0
    while remaining:
        used = 0
        gil_taken: set[str] = set()
        for k in range(n):
            i = (t + k) % n
            w = workers[i]
            if index[i] >= len(w.bursts):
                continue
            kind = w.bursts[index[i]][0]
            if kind != "io":
                if used >= cores:
                    continue
                if kind == "python":
                    if gil and w.process and w.process in gil_taken:
                        continue
                    gil_taken.add(w.process)
                used += 1
            left[i] -= 1
            if left[i] == 0:
                index[i] += 1
                if index[i] == len(w.bursts):
                    finish[i] = t + 1
                    remaining -= 1
                else:
                    left[i] = w.bursts[index[i]][1]
        t += 1
    return finish


def choose(jobs: Sequence[Sequence[Burst]], *, cores: int, process_cost: int) -> Literal["threads", "processes"]:
    if process_cost < 0:
        raise ValueError(f"process_cost must be >= 0, got {process_cost}")
    _check(cores, jobs)
    extra = (("python", process_cost),) if process_cost > 0 else ()
    threads = [Worker("main", tuple(job)) for job in jobs]
    processes = [Worker(f"process-{i}", extra + tuple(job)) for i, job in enumerate(jobs)]
    t = max(finish_ticks(threads, cores=cores), default=0)
    p = max(finish_ticks(processes, cores=cores), default=0)
    return "processes" if p < t else "threads"

