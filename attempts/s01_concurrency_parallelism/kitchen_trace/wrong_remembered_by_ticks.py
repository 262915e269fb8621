"""Answers are remembered by tasks and ticks alone, and so a trace passes that is impossible for its threads.

Rejected by: test_same_thread_name_in_two_processes
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Mode = Literal["sequential", "concurrent", "parallel"]


@dataclass(frozen=True)
class Slice:
    task: str
    pid: int
    thread: str
    start: int
    end: int


def _check(trace: Sequence[Slice]) -> None:
    by_thread = defaultdict(list)
    by_task = defaultdict(list)
    for s in trace:
        if s.start >= s.end:
            raise ValueError(f"empty slice {s}")
        by_thread[s.pid, s.thread].append(s)
        by_task[s.task].append(s)
    for group in (*by_thread.values(), *by_task.values()):
        group.sort(key=lambda s: s.start)
        for a, b in pairwise(group):
            if b.start < a.end:
                raise ValueError(f"{a} and {b} overlap")


def _peak(intervals: Iterable[tuple[int, int]]) -> int:
    events = sorted(event for start, end in intervals for event in ((start, 1), (end, -1)))
    now = most = 0
    for _, change in events:
        now += change
        most = max(most, now)
    return most


def _lifetimes(trace: Sequence[Slice]) -> list[tuple[int, int]]:
    open_: dict[str, tuple[int, int]] = {}
    for s in trace:
        start, end = open_.get(s.task, (s.start, s.end))
        open_[s.task] = min(start, s.start), max(end, s.end)
    return list(open_.values())


def peak_in_flight(trace: Sequence[Slice]) -> int:
    _check(trace)
    return _peak(_lifetimes(trace))


_memo: dict = {}


def peak_running(trace: Sequence[Slice]) -> int:
    key = tuple((s.task, s.start, s.end) for s in trace)
    if key not in _memo:
        _memo[key] = _running(trace)
    return _memo[key]


def _running(trace: Sequence[Slice]) -> int:
    _check(trace)
    return _peak((s.start, s.end) for s in trace)


def classify(trace: Sequence[Slice]) -> Mode:
    if peak_running(trace) > 1:
        return "parallel"
    if peak_in_flight(trace) > 1:
        return "concurrent"
    return "sequential"
