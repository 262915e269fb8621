"""Trusts every program.

Rejected by: test_invalid_programs
"""

from collections.abc import Mapping, Sequence
from typing import Literal

Step = tuple[Literal["print", "start", "join"], str]
Program = Mapping[str, Sequence[Step]]


def possible_outputs(program: Program) -> set[tuple[str, ...]]:
    return _runs(program, {"main": 0}, ())


def _runs(program: Program, done: dict[str, int], output: tuple[str, ...]) -> set[tuple[str, ...]]:
    outputs: set[tuple[str, ...]] = set()
    able = False
    for thread, count in done.items():
        if count == len(program[thread]):
            continue
        kind, text = program[thread][count]
        if kind == "join" and done[text] < len(program[text]):
            continue
        able = True
        now = {**done, thread: count + 1}
        if kind == "start":
            now[text] = 0
        outputs |= _runs(program, now, (*output, text) if kind == "print" else output)
    return {output} if not able else outputs
