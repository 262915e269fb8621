"""An explicit stack instead of recursion, and states that were seen are not entered again."""

from collections.abc import Mapping, Sequence
from typing import Literal

Step = tuple[Literal["print", "start", "join"], str]
Program = Mapping[str, Sequence[Step]]


def possible_outputs(program: Program) -> set[tuple[str, ...]]:
    _check(program)
    names = sorted(program)
    main = names.index("main")
    births = {name: at for at, (kind, name) in enumerate(program["main"]) if kind == "start"}
    stack = [((0,) * len(names), ())]
    seen = set(stack)
    outputs = set()
    while stack:
        at, output = stack.pop()
        stuck = True
        for index, name in enumerate(names):
            if at[index] == len(program[name]):
                continue
            if name != "main" and not (name in births and births[name] < at[main]):
                continue
            kind, text = program[name][at[index]]
            if kind == "join" and at[names.index(text)] < len(program[text]):
                continue
            stuck = False
            state = (
                tuple(here + (number == index) for number, here in enumerate(at)),
                (*output, text) if kind == "print" else output,
            )
            if state not in seen:
                seen.add(state)
                stack.append(state)
        if stuck:
            outputs.add(output)
    return outputs


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
