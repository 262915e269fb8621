"""Puts the lines of one thread after the other into the orders that exist, between its start and its join."""

from collections.abc import Mapping, Sequence
from typing import Literal

Step = tuple[Literal["print", "start", "join"], str]
Program = Mapping[str, Sequence[Step]]


def possible_outputs(program: Program) -> set[tuple[str, ...]]:
    _check(program)
    orders = {tuple(("main", index) for index in range(len(program["main"])))}
    for place, (kind, name) in enumerate(program["main"]):
        if kind != "start":
            continue
        joins = [at for at, step in enumerate(program["main"]) if step == ("join", name)]
        previous = ("main", place)
        for line in range(len(program[name])):
            wider = set()
            for order in orders:
                first = order.index(previous) + 1
                last = order.index(("main", joins[0])) if joins else len(order)
                for at in range(first, last + 1):
                    wider.add((*order[:at], (name, line), *order[at:]))
            orders = wider
            previous = (name, line)
    return {
        tuple(program[thread][at][1] for thread, at in order if program[thread][at][0] == "print") for order in orders
    }


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
