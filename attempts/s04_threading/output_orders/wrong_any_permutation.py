"""Puts all lines into every order, also those of one and the same thread.

Rejected by: test_join_before_print, test_three_threads
"""

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Literal

Step = tuple[Literal["print", "start", "join"], str]
Program = Mapping[str, Sequence[Step]]


def possible_outputs(program: Program) -> set[tuple[str, ...]]:
    _check(program)
    started = ["main", *(name for kind, name in program["main"] if kind == "start")]
    texts = [text for name in started for kind, text in program[name] if kind == "print"]
    return set(permutations(texts))


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
