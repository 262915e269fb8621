"""Runs the program a thousand times with random choices: rare outputs never turn up.

Rejected by: test_number_of_merges
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Literal

Step = tuple[Literal["print", "start", "join"], str]
Program = Mapping[str, Sequence[Step]]


def possible_outputs(program: Program) -> set[tuple[str, ...]]:
    _check(program)
    chance = Random(1)
    return {_one_run(program, chance) for _ in range(1000)}


def _one_run(program: Program, chance: Random) -> tuple[str, ...]:
    done = {"main": 0}
    output: list[str] = []
    while True:
        possible = []
        for thread, count in done.items():
            if count < len(program[thread]):
                kind, text = program[thread][count]
                if kind != "join" or done[text] == len(program[text]):
                    possible.append(thread)
        if not possible:
            return tuple(output)
        thread = chance.choice(possible)
        kind, text = program[thread][done[thread]]
        done[thread] += 1
        if kind == "print":
            output.append(text)
        elif kind == "start":
            done[text] = 0


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
