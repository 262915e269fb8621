"""First the locks of every event, then each variable by itself, with an enum for its state."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Event:
    kind: str
    thread: str
    name: str


@dataclass(frozen=True)
class Race:
    variable: str
    index: int
    thread: str


State = Enum("State", "EXCLUSIVE SHARED MODIFIED")


def locks_of_events(trace):
    stacks, owners = {}, {}
    for event in trace:
        stack = stacks.setdefault(event.thread, [])
        if event.kind == "acquire":
            if owners.setdefault(event.name, event.thread) != event.thread:
                raise ValueError("held by another thread")
            stack.append(event.name)
        elif event.kind == "release":
            if event.name not in stack:
                raise ValueError("not held")
            stack.remove(event.name)
            if event.name not in stack:
                del owners[event.name]
        elif event.kind not in ("read", "write"):
            raise ValueError("unknown kind")
        yield frozenset(stack)


def race_of(accesses):
    state, owner, candidates = State.EXCLUSIVE, accesses[0][1].thread, None
    for index, event, locks in accesses:
        if state is State.EXCLUSIVE:
            if event.thread == owner:
                continue
            state, candidates = State.SHARED, locks
        candidates &= locks
        if event.kind == "write":
            state = State.MODIFIED
        if state is State.MODIFIED and not candidates:
            return Race(event.name, index, event.thread)
    return None


def find_races(trace):
    accesses = {}
    for index, (event, locks) in enumerate(zip(trace, locks_of_events(trace))):
        if event.kind in ("read", "write"):
            accesses.setdefault(event.name, []).append((index, event, locks))
    races = [race for race in map(race_of, accesses.values()) if race is not None]
    return sorted(races, key=lambda race: race.index)


def false_alarm():
    steps = ["1 write x", "1 acquire a", "1 release a", "2 acquire a", "2 release a", "2 write x"]
    return [Event(kind, thread, name) for thread, kind, name in map(str.split, steps)]


def blind_spot():
    return [Event("read", "1", "x"), Event("acquire", "2", "a"), Event("write", "2", "x")]
