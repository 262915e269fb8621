"""Goes forward level by level: all pairs of a state and what was printed on the way there."""

from collections.abc import Mapping, Sequence
from typing import Literal

Step = tuple[Literal["print", "start", "join"], str]
Program = Mapping[str, Sequence[Step]]


def possible_outputs(program: Program) -> set[tuple[str, ...]]:
    _check(program)
    names = [name for name in program if name != "main"]
    level = {((0, *(-1 for _ in names)), ())}  # -1: not started
    complete: set[tuple[str, ...]] = set()
    while level:
        following = set()
        for at, output in level:
            steps = list(_next(program, names, at))
            if not steps:
                complete.add(output)
            for after, text in steps:
                following.add((after, output if text is None else (*output, text)))
        level = following
    return complete


def _next(program: Program, names: list[str], at: tuple[int, ...]):
    for index, thread in enumerate(["main", *names]):
        if at[index] < 0 or at[index] == len(program[thread]):
            continue
        kind, text = program[thread][at[index]]
        after = list(at)
        after[index] += 1
        if kind == "print":
            yield tuple(after), text
            continue
        other = 1 + names.index(text)
        if kind == "start":
            after[other] = 0
            yield tuple(after), None
        elif at[other] == len(program[text]):
            yield tuple(after), None


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
