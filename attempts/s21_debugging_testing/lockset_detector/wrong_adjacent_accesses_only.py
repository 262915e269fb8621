"""Reports accesses that follow each other in the trace: that depends on the schedule.

Rejected by: test_finds_it_in_every_schedule, test_two_different_locks
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Event:
    kind: Literal["acquire", "release", "read", "write"]
    thread: str
    name: str


@dataclass(frozen=True)
class Race:
    variable: str
    index: int
    thread: str


@dataclass
class _Variable:
    owner: str
    candidates: set[str] | None = None
    modified: bool = False
    reported: bool = False


def find_races(trace: Sequence[Event]) -> list[Race]:
    races, seen = [], set()
    for index in range(1, len(trace)):
        one, two = trace[index - 1], trace[index]
        kinds = {one.kind, two.kind}
        if one.name == two.name and one.thread != two.thread and kinds <= {"read", "write"} and "write" in kinds:
            if one.name not in seen:
                seen.add(one.name)
                races.append(Race(two.name, index, two.thread))
    return races


def false_alarm() -> list[Event]:
    return [
        Event("write", "maker", "data"),
        Event("acquire", "maker", "m"),
        Event("write", "maker", "flag"),
        Event("release", "maker", "m"),
        Event("acquire", "user", "m"),
        Event("read", "user", "flag"),
        Event("release", "user", "m"),
        Event("write", "user", "data"),
    ]


def blind_spot() -> list[Event]:
    return [
        Event("write", "first", "data"),
        Event("acquire", "second", "m"),
        Event("write", "second", "data"),
        Event("release", "second", "m"),
    ]
