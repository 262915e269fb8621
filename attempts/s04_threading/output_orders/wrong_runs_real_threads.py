"""Starts real threads and looks a few times what comes out: nearly always the same.

Rejected by: test_start_without_join
"""

from collections.abc import Mapping, Sequence
from threading import Thread
from typing import Literal

Step = tuple[Literal["print", "start", "join"], str]
Program = Mapping[str, Sequence[Step]]


def possible_outputs(program: Program) -> set[tuple[str, ...]]:
    _check(program)
    return {_one_run(program) for _ in range(20)}


def _one_run(program: Program) -> tuple[str, ...]:
    output: list[str] = []

    def life(name: str) -> None:
        for _, text in program[name]:
            output.append(text)

    threads = {name: Thread(target=life, args=(name,)) for name in program}
    for kind, text in program["main"]:
        if kind == "print":
            output.append(text)
        elif kind == "start":
            threads[text].start()
        else:
            threads[text].join()
    for thread in threads.values():
        if thread.ident is not None:
            thread.join()
    return tuple(output)


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
