"""Lets a thread that holds some lock release one that another thread holds.

Rejected by: test_bad_lock_event
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


def find_races(trace: Sequence[Event]) -> list[Race]:
    owner: dict[str, tuple[str, int]] = {}
    state: dict[str, list] = {}
    reported = set()
    races = []
    for index, e in enumerate(trace):
        if e.kind == "acquire":
            who, depth = owner.get(e.name, (e.thread, 0))
            if who != e.thread:
                raise ValueError(f"{e.name} is held by {who}")
            owner[e.name] = (who, depth + 1)
        elif e.kind == "release":
            who, depth = owner.get(e.name, (None, 0))
            if who is None or not any(w == e.thread for w, _ in owner.values()):
                raise ValueError(f"{e.thread} does not hold {e.name}")
            if who != e.thread:
                continue
            if depth == 1:
                del owner[e.name]
            else:
                owner[e.name] = (who, depth - 1)
        elif e.kind in ("read", "write"):
            held = {lock for lock, (who, _) in owner.items() if who == e.thread}
            if e.name not in state:
                state[e.name] = ["exclusive", e.thread]
                continue
            s = state[e.name]
            if s[0] == "exclusive":
                if s[1] == e.thread:
                    continue
                s[0] = "modified" if e.kind == "write" else "shared"
                s[1] = held
            else:
                s[1] = s[1] & held
                if e.kind == "write":
                    s[0] = "modified"
            if s[0] == "modified" and not s[1] and e.name not in reported:
                reported.add(e.name)
                races.append(Race(e.name, index, e.thread))
        else:
            raise ValueError(e.kind)
    return races


def false_alarm():
    # the baton goes from A to B through a lock that neither holds while it writes
    return [
        Event("write", "A", "x"),
        Event("acquire", "A", "m"), Event("release", "A", "m"),
        Event("acquire", "B", "m"), Event("release", "B", "m"),
        Event("write", "B", "x"),
    ]


def blind_spot():
    return [Event("write", "A", "x"), Event("read", "B", "x")]
