"""Keeps the ticks as floats: large ones that differ are the same float.

Rejected by: test_order_and_scale_do_not_matter
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Mode = Literal["sequential", "concurrent", "parallel"]


@dataclass(frozen=True)
class Slice:
    """`task` was worked on by thread `thread` of process `pid` from tick `start` until before tick `end`."""

    task: str
    pid: int
    thread: str
    start: int
    end: int


from collections import defaultdict


def _validate(trace: Sequence[Slice]) -> None:
    by_thread: dict[tuple[int, str], list[Slice]] = defaultdict(list)
    by_task: dict[str, list[Slice]] = defaultdict(list)
    for s in trace:
        if s.start >= s.end:
            raise ValueError(f"slice {s!r} has start >= end")
        by_thread[s.pid, s.thread].append(s)
        by_task[s.task].append(s)
    for what, groups in (("thread", by_thread), ("task", by_task)):
        for key, slices in groups.items():
            slices.sort(key=lambda s: s.start)
            for a, b in zip(slices, slices[1:]):
                if b.start < a.end:
                    raise ValueError(f"overlapping slices of {what} {key!r}: {a!r} and {b!r}")


def _peak(intervals: Iterable[tuple[int, int]]) -> int:
    events = []
    for start, end in intervals:
        events.append((float(start), 1))
        events.append((float(end), -1))
    events.sort()
    peak = current = 0
    for _, delta in events:
        current += delta
        peak = max(peak, current)
    return peak


def peak_in_flight(trace: Sequence[Slice]) -> int:
    _validate(trace)
    spans: dict[str, tuple[int, int]] = {}
    for s in trace:
        if s.task in spans:
            a, b = spans[s.task]
            spans[s.task] = min(a, s.start), max(b, s.end)
        else:
            spans[s.task] = s.start, s.end
    return _peak(spans.values())


def peak_running(trace: Sequence[Slice]) -> int:
    _validate(trace)
    return _peak((s.start, s.end) for s in trace)


def classify(trace: Sequence[Slice]) -> Mode:
    if peak_running(trace) > 1:
        return "parallel"
    if peak_in_flight(trace) > 1:
        return "concurrent"
    return "sequential"

