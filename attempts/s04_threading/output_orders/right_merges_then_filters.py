"""Merges all scripts in every order, then leaves out the merges that a start or a join forbids."""

from collections.abc import Mapping, Sequence
from typing import Literal

Step = tuple[Literal["print", "start", "join"], str]
Program = Mapping[str, Sequence[Step]]


def possible_outputs(program: Program) -> set[tuple[str, ...]]:
    _check(program)
    main = list(program["main"])
    started = [name for kind, name in main if kind == "start"]
    scripts = [[("main", *step) for step in main]]
    scripts += [[(name, "print", text) for _, text in program[name]] for name in started]
    outputs = set()
    for merged in _merges(tuple(tuple(script) for script in scripts)):
        if _is_legal(merged):
            outputs.add(tuple(text for _, kind, text in merged if kind == "print"))
    return outputs


def _merges(scripts):
    scripts = tuple(script for script in scripts if script)
    if not scripts:
        yield ()
    for index, script in enumerate(scripts):
        rest = (*scripts[:index], script[1:], *scripts[index + 1 :])
        for merged in _merges(rest):
            yield (script[0], *merged)


def _is_legal(merged) -> bool:
    alive, joined = {"main"}, set()
    for thread, kind, text in merged:
        if thread not in alive or thread in joined:
            return False
        if kind == "start":
            alive.add(text)
        elif kind == "join":
            joined.add(text)
    return True


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
