"""Asks the clock of the process when that of the thread has not moved: a job that waits gets the work of others.

Rejected by: test_measure_counts_only_this_thread
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


class Clock(Protocol):
    def wall(self) -> float: ...

    def thread_cpu(self) -> float: ...

    def process_cpu(self) -> float: ...


@dataclass(frozen=True)
class Sample:
    name: str
    wall: float
    cpu: float

    def __post_init__(self):
        if not 0 <= self.cpu <= self.wall:
            raise ValueError(f"{self.cpu} of {self.wall}")

    @property
    def kind(self) -> Literal["cpu", "io", "mixed"]:
        if self.wall == 0:
            return "cpu"
        share = self.cpu / self.wall
        if share >= 0.8:
            return "cpu"
        if share <= 0.2:
            return "io"
        return "mixed"


def measure(name: str, job: Callable[[], object], clock: Clock) -> Sample:
    wall0 = clock.wall()
    cpu0 = clock.thread_cpu()
    p0 = clock.process_cpu()
    job()
    cpu = max(clock.thread_cpu() - cpu0, 0)
    wall = clock.wall() - wall0
    return Sample(name, wall, min(cpu or clock.process_cpu() - p0, wall))


def best_case(jobs: Sequence[Sample], workers: int, cores: int, gil: bool) -> float:
    if workers < 1 or cores < 1:
        raise ValueError("no workers or no cores")
    if not jobs:
        return 0
    at_once = 1 if gil else min(workers, cores)
    return max(
        max(j.wall for j in jobs),
        sum(j.wall for j in jobs) / workers,
        sum(j.cpu for j in jobs) / at_once,
    )


def hottest(folded: str) -> tuple[str, int]:
    own = Counter()
    for line in folded.splitlines():
        stack, n = line.rsplit(" ", 1)
        own[stack.rsplit(";", 1)[-1]] += int(n)
    return min(own.items(), key=lambda kv: (-kv[1], kv[0]))
