"""Takes a last end of 0 for "no slice before": who ended at tick 0 may overlap.

Rejected by: test_impossible_traces_are_refused
"""

from collections import defaultdict
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

import heapq


def _checked(trace):
    order = sorted(trace, key=lambda s: (s.start, s.end))
    until = {}
    for s in order:
        if not s.start < s.end:
            raise ValueError(s)
        for key in (("task", s.task), ("thread", s.pid, s.thread)):
            if until.get(key) and until[key] > s.start:
                raise ValueError(s)
            until[key] = s.end
    return order


def _heap_peak(spans):
    open_, peak = [], 0
    for start, end in sorted(spans):
        while open_ and open_[0] <= start:
            heapq.heappop(open_)
        heapq.heappush(open_, end)
        peak = max(peak, len(open_))
    return peak


def peak_in_flight(trace):
    first, last = {}, {}
    for s in _checked(trace):
        first.setdefault(s.task, s.start)
        last[s.task] = s.end
    return _heap_peak((first[t], last[t]) for t in first)


def peak_running(trace):
    return _heap_peak((s.start, s.end) for s in _checked(trace))


def classify(trace):
    if peak_running(trace) > 1:
        return "parallel"
    if peak_in_flight(trace) > 1:
        return "concurrent"
    return "sequential"
