"""Lets threads change places only as a whole: no line ever comes between two lines of another thread.

Rejected by: test_number_of_merges
"""

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Literal

Step = tuple[Literal["print", "start", "join"], str]
Program = Mapping[str, Sequence[Step]]


def possible_outputs(program: Program) -> set[tuple[str, ...]]:
    _check(program)
    started = [name for kind, name in program["main"] if kind == "start"]
    main = tuple(text for kind, text in program["main"] if kind == "print")
    scripts = [main, *(tuple(text for _, text in program[name]) for name in started)]
    return {sum(order, ()) for order in permutations(scripts)}


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
