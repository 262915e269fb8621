"""Counts how often a reentrant lock is held up to two only.

Rejected by: test_reentrant_lock
"""

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


def find_races(trace):
    owner = {}
    depth = {}
    var = {}
    races = {}
    for i, e in enumerate(trace):
        if e.kind == "acquire":
            if owner.get(e.name, e.thread) != e.thread:
                raise ValueError("held by another")
            owner[e.name] = e.thread
            depth[e.name] = min(2, depth.get(e.name, 0) + 1)
        elif e.kind == "release":
            if e.name not in owner or owner[e.name] != e.thread:
                raise ValueError("not held")
            depth[e.name] -= 1
            if depth[e.name] == 0:
                del owner[e.name], depth[e.name]
        elif e.kind in ("read", "write"):
            held = {n for n, t in owner.items() if t == e.thread}
            if e.name not in var:
                var[e.name] = [e.thread, None, False]
                continue
            state = var[e.name]
            if state[1] is None:
                if state[0] == e.thread:
                    continue
                state[1] = held
            else:
                state[1] &= held
            if e.kind == "write":
                state[2] = True
            if state[2] and not state[1] and e.name not in races:
                races[e.name] = Race(e.name, i, e.thread)
        else:
            raise ValueError(e.kind)
    return list(races.values())


def false_alarm():
    return [
        Event("write", "A", "x"),
        Event("acquire", "A", "l"),
        Event("release", "A", "l"),
        Event("acquire", "B", "l"),
        Event("release", "B", "l"),
        Event("write", "B", "x"),
    ]


def blind_spot():
    return [Event("write", "A", "x"), Event("read", "B", "x")]
