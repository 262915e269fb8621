"""Takes it for granted that the threads of one process never move at the same instant: the trace says they did.

Rejected by: test_two_threads_at_once_is_parallel, test_matches_tick_by_tick_oracle
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


def _check(trace):
    for s in trace:
        if s.start >= s.end:
            raise ValueError(f"empty slice {s}")
    for key in (lambda s: (s.pid, s.thread), lambda s: s.task):
        groups = defaultdict(list)
        for s in trace:
            groups[key(s)].append(s)
        for group in groups.values():
            group.sort(key=lambda s: s.start)
            for a, b in zip(group, group[1:]):
                if b.start < a.end:
                    raise ValueError(f"{a} overlaps {b}")


def _peak(spans):
    ends = sorted([(a, 1) for a, _ in spans] + [(b, -1) for _, b in spans])
    now = most = 0
    for _, d in ends:
        now += d
        most = max(most, now)
    return most


def peak_in_flight(trace):
    _check(trace)
    tasks = {}
    for s in trace:
        a, b = tasks.get(s.task, (s.start, s.end))
        tasks[s.task] = (min(a, s.start), max(b, s.end))
    return _peak(list(tasks.values()))


def peak_running(trace):
    _check(trace)
    return _peak([(s.start, s.end) for s in trace])


def classify(trace):
    if peak_running(trace) > 1 and len({s.pid for s in trace}) > 1:
        return "parallel"
    if peak_in_flight(trace) > 1:
        return "concurrent"
    return "sequential"
