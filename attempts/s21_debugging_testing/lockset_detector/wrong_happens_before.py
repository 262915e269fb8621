"""A happens-before detector: it sees races only in the order that this run happened to have, and no false alarm.

Rejected by: test_false_alarm, test_agrees_with_model
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
    races, seen, before = [], set(), []
    for late, event in enumerate(trace):
        mine = set()
        for early in range(late):
            handed_over = (trace[early].kind, event.kind) == ("release", "acquire") and trace[early].name == event.name
            if trace[early].thread == event.thread or handed_over:
                mine |= {early, *before[early]}
        before.append(mine)
        for early in range(late):
            kinds = {trace[early].kind, event.kind}
            same = trace[early].name == event.name and kinds <= {"read", "write"} and "write" in kinds
            if same and early not in mine and event.name not in seen:
                seen.add(event.name)
                races.append(Race(event.name, late, event.thread))
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
