"""Writes down which print must come before which, then lists all orders that respect that."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

Step = tuple[Literal["print", "start", "join"], str]
Program = Mapping[str, Sequence[Step]]


def possible_outputs(program: Program) -> set[tuple[str, ...]]:
    _check(program)
    events: list[str] = []
    before: list[set[int]] = []  # for each event the events that must come first

    def add(text: str, first: set[int]) -> int:
        events.append(text)
        before.append(set(first))
        return len(events) - 1

    past: set[int] = set()  # what has certainly been printed at this place of main
    lines: dict[str, set[int]] = {}
    for kind, text in program["main"]:
        if kind == "print":
            past = past | {add(text, past)}
        elif kind == "start":
            seen = set(past)
            for _, line in program[text]:
                seen = seen | {add(line, seen)}
            lines[text] = seen
        else:
            past = past | lines[text]

    @cache
    def orders(done: frozenset[int]) -> frozenset[tuple[str, ...]]:
        if len(done) == len(events):
            return frozenset({()})
        return frozenset(
            (events[event], *rest)
            for event in range(len(events))
            if event not in done and before[event] <= done
            for rest in orders(done | {event})
        )

    return set(orders(frozenset()))


def _check(program: Program) -> None:
    if "main" not in program:
        raise ValueError('there is no "main"')
    started: set[str] = set()
    for thread, steps in program.items():
        for kind, name in steps:
            if kind == "print":
                continue
            if kind not in ("start", "join") or thread != "main" or name == "main" or name not in program:
                raise ValueError(f"{thread}: {kind} {name}")
            if (kind == "start") == (name in started):
                raise ValueError(f"main: {kind} {name} at the wrong time")
            started.add(name)
