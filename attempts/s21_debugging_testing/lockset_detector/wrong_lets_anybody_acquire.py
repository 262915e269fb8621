"""A lock can be held by two threads: a trace that cannot be is believed.

Rejected by: test_bad_trace, test_bad_lock_event
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
    held: defaultdict[str, Counter[str]] = defaultdict(Counter)
    variables: dict[str, _Variable] = {}
    races = []
    for index, event in enumerate(trace):
        mine = held[event.thread]
        if event.kind == "acquire":
            mine[event.name] += 1
        elif event.kind == "release":
            if not mine[event.name]:
                raise ValueError(f"event {index}: {event.thread} releases {event.name}, which it does not hold")
            mine[event.name] -= 1
        elif event.kind in ("read", "write"):
            variable = variables.setdefault(event.name, _Variable(event.thread))
            if variable.candidates is None and variable.owner == event.thread:
                continue
            locks = {lock for lock, times in mine.items() if times}
            variable.candidates = locks if variable.candidates is None else variable.candidates & locks
            variable.modified |= event.kind == "write"
            if variable.modified and not variable.candidates and not variable.reported:
                variable.reported = True
                races.append(Race(event.name, index, event.thread))
        else:
            raise ValueError(f"event {index}: unknown kind {event.kind!r}")
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
