"""Changes a set that the cache goes on handing out: other states get outputs that are not theirs.

Rejected by: test_matches_reference
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

Step = tuple[Literal["print", "start", "join"], str]
Program = Mapping[str, Sequence[Step]]


def possible_outputs(program: Program) -> set[tuple[str, ...]]:
    _check(program)
    births = {name: at for at, (kind, name) in enumerate(program["main"]) if kind == "start"}
    names = ["main", *births]

    @cache
    def rest(at: tuple[int, ...]) -> set[tuple[str, ...]]:
        outputs = None
        for index, name in enumerate(names):
            if at[index] == len(program[name]) or (name != "main" and births[name] >= at[0]):
                continue
            kind, text = program[name][at[index]]
            if kind == "join" and at[names.index(text)] < len(program[text]):
                continue
            after = rest(tuple(here + (number == index) for number, here in enumerate(at)))
            if kind == "print":
                after = {(text, *more) for more in after}
            if outputs is None:
                outputs = after
            else:
                outputs |= after
        return {()} if outputs is None else outputs

    return rest((0,) * len(names))


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
