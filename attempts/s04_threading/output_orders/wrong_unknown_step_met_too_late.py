"""Finds an unknown step of a thread when a run comes to it: in a thread that nobody starts it stays unseen.

Rejected by: test_invalid_programs
"""

from collections.abc import Mapping, Sequence
from typing import Literal

Step = tuple[Literal["print", "start", "join"], str]
Program = Mapping[str, Sequence[Step]]


def possible_outputs(program: Program) -> set[tuple[str, ...]]:
    _check(program)
    return _runs(program, {"main": 0}, ())


def _runs(program: Program, done: dict[str, int], output: tuple[str, ...]) -> set[tuple[str, ...]]:
    outputs: set[tuple[str, ...]] = set()
    able = False
    for thread, count in done.items():
        if count == len(program[thread]):
            continue
        kind, text = program[thread][count]
        if kind not in ("print", "start", "join"):
            raise ValueError(f"{thread}: there is no step {kind!r}")
        if kind == "join" and done[text] < len(program[text]):
            continue
        able = True
        now = {**done, thread: count + 1}
        if kind == "start":
            now[text] = 0
        outputs |= _runs(program, now, (*output, text) if kind == "print" else output)
    return outputs if able else {output}


def _check(program: Program) -> None:
    if "main" not in program:
        raise ValueError('there is no "main"')
    started: set[str] = set()
    for thread, steps in program.items():
        for kind, name in steps:
            if kind not in ("start", "join"):
                continue
            if thread != "main" or name == "main" or name not in program:
                raise ValueError(f"{thread}: {kind} {name}")
            if (kind == "start") == (name in started):
                raise ValueError(f"main: {kind} {name} at the wrong time")
            started.add(name)
