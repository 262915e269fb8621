"""Cuts the count off by its digits, and the digits at the end of a name with them.

Rejected by: test_hottest_of_one_line
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

    def __post_init__(self) -> None:
        if not 0 <= self.cpu <= self.wall:
            raise ValueError(f"0 <= cpu <= wall, not {self.cpu}, {self.wall}")

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
    job()
    cpu = clock.thread_cpu() - cpu0
    wall = clock.wall() - wall0
    return Sample(name, wall, min(cpu, wall))


def best_case(jobs: Sequence[Sample], workers: int, cores: int, gil: bool) -> float:
    if workers < 1 or cores < 1:
        raise ValueError("workers and cores must be at least 1")
    if not jobs:
        return 0
    longest = max(j.wall for j in jobs)
    walls = sum(j.wall for j in jobs)
    cpus = sum(j.cpu for j in jobs)
    at_once = 1 if gil else min(workers, cores)
    return max(longest, walls / workers, cpus / at_once)


def hottest(folded: str) -> tuple[str, int]:
    own: Counter[str] = Counter()
    for line in folded.splitlines():
        stack, _, n = line.rpartition(" ")
        own[stack.split(";")[-1].rstrip(" 0123456789")] += int(n)
    return min(own.items(), key=lambda item: (-item[1], item[0]))
