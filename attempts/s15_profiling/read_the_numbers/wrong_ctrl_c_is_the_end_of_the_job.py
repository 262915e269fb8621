"""Takes Ctrl-C in the job for its end, and measures on.

Rejected by: test_error_of_the_job
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


class Clock(Protocol):
    """Three clocks that tell seconds. Only the difference of two readings means something."""

    def wall(self) -> float: ...  # like time.perf_counter

    def thread_cpu(self) -> float: ...  # like time.thread_time: CPU time of the calling thread

    def process_cpu(self) -> float: ...  # like time.process_time: CPU time of ALL threads of the process


@dataclass(frozen=True)
class Sample:
    """One job, measured alone, in seconds. 0 <= cpu <= wall, else ValueError."""

    name: str
    wall: float
    cpu: float

    def __post_init__(self) -> None:
        if not 0 <= self.cpu <= self.wall:
            raise ValueError(f"{self.name}: {self.cpu} s of CPU in {self.wall} s cannot be")

    @property
    def kind(self) -> Literal["cpu", "io", "mixed"]:
        """cpu/wall >= 0.8: "cpu". cpu/wall <= 0.2: "io". Else "mixed". If wall is 0: "cpu"."""
        share = self.cpu / self.wall if self.wall else 1
        if share >= 0.8:
            return "cpu"
        return "io" if share <= 0.2 else "mixed"


def measure(name: str, job: Callable[[], object], clock: Clock) -> Sample:
    """Run job once, in the calling thread. Other threads may be computing meanwhile: they do not count.

    Clocks tick unevenly: if more CPU than wall time was measured, cpu is cut to wall.
    If job raises, the exception goes on to the caller.
    """
    wall, cpu = clock.wall(), clock.thread_cpu()
    try:
        job()
    except KeyboardInterrupt:
        pass
    wall, cpu = clock.wall() - wall, clock.thread_cpu() - cpu
    return Sample(name, wall, min(cpu, wall))


def best_case(jobs: Sequence[Sample], workers: int, cores: int, gil: bool) -> float:
    """A wall time that no schedule of the jobs on `workers` threads can beat. It is the largest of

    - the longest job's wall,
    - the sum of all walls / workers,
    - the sum of all cpu / (1 if gil, else the number of threads that can compute at once: at most one per
      worker, and at most one per core).

    No jobs: 0. ValueError if workers < 1 or cores < 1.
    """
    if workers < 1 or cores < 1:
        raise ValueError(f"{workers} workers on {cores} cores: at least one of each is needed")
    at_once = 1 if gil else min(workers, cores)
    return max(
        max((job.wall for job in jobs), default=0),
        sum(job.wall for job in jobs) / workers,
        sum(job.cpu for job in jobs) / at_once,
    )


def hottest(folded: str) -> tuple[str, int]:
    """The frame with the most self samples, and how many. Of several with the most: the one that sorts first.

    folded: folded stacks as the sampling profiler py-spy writes them (`py-spy record -f raw`). One line for
    each stack: "frame;frame;frame N", outermost frame first, N the number of samples. A frame's self samples
    are those in which it is the last one. The text is well formed and has at least one line.
    """
    selves: Counter[str] = Counter()
    for line in folded.splitlines():
        stack, _, samples = line.rpartition(" ")  # from the right: "parse (app.py:12)" has blanks
        selves[stack.split(";")[-1]] += int(samples)
    return min(selves.items(), key=lambda item: (-item[1], item[0]))
