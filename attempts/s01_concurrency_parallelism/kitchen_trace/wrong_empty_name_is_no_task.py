"""Passes over a task whose name is the empty string.

Rejected by: test_names_that_look_alike
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
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
    _check(trace)
    spans: dict[str, tuple[int, int]] = {}
    for piece in trace:
        if not piece.task:
            continue
        start, end = spans.get(piece.task, (piece.start, piece.end))
        spans[piece.task] = min(start, piece.start), max(end, piece.end)
    return _peak(spans.values())


def peak_running(trace: Sequence[Slice]) -> int:
    """The most slices that were under way at one instant; 0 for an empty trace."""
    _check(trace)
    return _peak((piece.start, piece.end) for piece in trace)


def classify(trace: Sequence[Slice]) -> Mode:
    """ "parallel" if peak_running > 1, else "concurrent" if peak_in_flight > 1, else "sequential"."""
    if peak_running(trace) > 1:
        return "parallel"
    if peak_in_flight(trace) > 1:
        return "concurrent"
    return "sequential"


def _peak(intervals: Iterable[tuple[int, int]]) -> int:
    """The most intervals (start, end), half-open, that cover one instant."""
    changes = [change for start, end in intervals for change in ((start, +1), (end, -1))]
    changes.sort()  # at equal ticks -1 comes first
    return max(accumulate(change for _, change in changes), default=0)


def _check(trace: Sequence[Slice]) -> None:
    """ValueError if no kitchen can have recorded this."""
    rows: dict[Hashable, list[Slice]] = defaultdict(list)
    for piece in trace:
        if piece.start >= piece.end:
            raise ValueError(f"{piece} ends before it has begun")
        rows["task", piece.task].append(piece)
        rows["thread", piece.pid, piece.thread].append(piece)  # the pid too: names repeat in every process
    for row in rows.values():
        for earlier, later in pairwise(sorted(row, key=lambda piece: piece.start)):
            if later.start < earlier.end:
                raise ValueError(f"{earlier} and {later} overlap")
