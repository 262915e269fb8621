"""Forgets an order while nobody works on it: a pause is not an end.

Rejected by: test_one_cook_switching_is_concurrent
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Mode = Literal["sequential", "concurrent", "parallel"]


@dataclass(frozen=True)
class Slice:
    task: str
    pid: int
    thread: str
    start: int
    end: int


def check(trace: Sequence[Slice]) -> None:
    for i, one in enumerate(trace):
        if one.start >= one.end:
            raise ValueError(f"{one} ends before it has begun")
        for other in trace[:i]:
            same_thread = (one.pid, one.thread) == (other.pid, other.thread)
            overlap = one.start < other.end and other.start < one.end
            if overlap and (same_thread or one.task == other.task):
                raise ValueError(f"{one} and {other} overlap")


def spans(trace: Sequence[Slice]) -> list[tuple[int, int]]:
    """From when to when each task is open."""
    tasks = {s.task for s in trace}
    return [
        (min(s.start for s in trace if s.task == task), max(s.end for s in trace if s.task == task)) for task in tasks
    ]


def peak(intervals: list[tuple[int, int]]) -> int:
    """A peak always begins where something starts: count there only."""
    return max((sum(start <= tick < end for start, end in intervals) for tick, _ in intervals), default=0)


def peak_in_flight(trace: Sequence[Slice]) -> int:
    check(trace)
    return peak([(s.start, s.end) for s in trace])


def peak_running(trace: Sequence[Slice]) -> int:
    check(trace)
    return peak([(s.start, s.end) for s in trace])


def classify(trace: Sequence[Slice]) -> Mode:
    if peak_running(trace) > 1:
        return "parallel"
    if peak_in_flight(trace) > 1:
        return "concurrent"
    return "sequential"
