"""Write the detector that tells from a trace whether work was sequential, concurrent or parallel.

The tablets in a restaurant kitchen record who worked on which order, and when. For every shift the manager
wants one word: were the orders handled one after the other, concurrently (several orders open at once, the
cooks switching between them) or in parallel (two hands moving at the same instant)?

Concurrency is about what is open, parallelism is about what is moving. So compute both numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Mode = Literal["sequential", "concurrent", "parallel"]


@dataclass(frozen=True)
class Slice:
    """`task` was worked on by thread `thread` of process `pid` from tick `start` until before tick `end`."""

    task: str
    pid: int
    thread: str  # unique only inside its process: every process has a "MainThread"
    start: int  # ticks are any integers, negative ones too
    end: int


# A trace comes in any order. All three functions raise ValueError for a slice with start >= end, for two
# overlapping slices of one thread (same pid and same thread), and for two overlapping slices of one task.


def peak_in_flight(trace: Sequence[Slice]) -> int:
    """The most tasks that were open at one instant; 0 for an empty trace.

    A task is open from its first slice's start until before its last slice's end, pauses included.
    """
    raise NotImplementedError  # TODO


def peak_running(trace: Sequence[Slice]) -> int:
    """The most slices that were under way at one instant; 0 for an empty trace."""
    raise NotImplementedError  # TODO


def classify(trace: Sequence[Slice]) -> Mode:
    """ "parallel" if peak_running > 1, else "concurrent" if peak_in_flight > 1, else "sequential"."""
    raise NotImplementedError  # TODO
