"""Prints each text without the blanks around it.

Rejected by: test_matches_reference
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

Step = tuple[Literal["print", "start", "join"], str]  # ("print", text), ("start", thread) or ("join", thread)
Program = Mapping[str, Sequence[Step]]  # the steps of "main" and of any number of other threads


def possible_outputs(program: Program) -> set[tuple[str, ...]]:
    """Every sequence of texts that a complete run can print. There are up to about 10 prints in all.

    "main" runs from the beginning, another thread only once main has started it. The steps of one thread run in
    their order, each print is atomic, and ("join", t) waits until t has done all its steps. The run is complete
    when main and every started thread are done. The texts are any strings, and none of the threads is a daemon.

    ValueError for a program that breaks one of these rules, wherever in it: there is a "main"; only main starts
    and joins; it starts and joins other threads of the program, each of them started at most once, and joined only
    when it has been started (Python raises RuntimeError there); every step is a print, a start or a join.

    {"main": [("start", "a"), ("print", "m")], "a": [("print", "x")]}: {("x", "m"), ("m", "x")}
    {"main": [("start", "a"), ("join", "a"), ("print", "m")], "a": [("print", "x")]}: {("x", "m")}
    {"main": [("print", "m")], "a": [("print", "x")]}: {("m",)}, since nobody starts a
    """
    _check(program)
    threads = list(program)
    main = threads.index("main")
    born = {step[1]: place for place, step in enumerate(program["main"]) if step[0] == "start"}

    def is_started(thread: str, at: tuple[int, ...]) -> bool:
        return thread == "main" or (thread in born and at[main] > born[thread])

    def is_done(thread: str, at: tuple[int, ...]) -> bool:
        return at[threads.index(thread)] == len(program[thread])

    @cache  # many runs pass through the same positions
    def rest(at: tuple[int, ...]) -> set[tuple[str, ...]]:
        """Everything that can still be printed when each thread stands at its position in `at`."""
        outputs: set[tuple[str, ...]] = set()
        possible = False
        for index, thread in enumerate(threads):
            if not is_started(thread, at) or is_done(thread, at):
                continue
            kind, text = program[thread][at[index]]
            if kind == "join" and not is_done(text, at):
                continue
            possible = True
            after = rest((*at[:index], at[index] + 1, *at[index + 1 :]))
            outputs |= {(text.strip(), *more) for more in after} if kind == "print" else after
        return outputs if possible else {()}  # the run is complete: one way to go on, printing nothing

    return set(rest((0,) * len(threads)))


def _check(program: Program) -> None:
    if "main" not in program:
        raise ValueError('there is no "main"')
    started: set[str] = set()
    for thread, steps in program.items():  # also those that are never started
        for kind, name in steps:
            if kind == "print":
                continue
            if kind not in ("start", "join"):
                raise ValueError(f"{thread}: there is no step {kind!r}")
            if thread != "main":
                raise ValueError(f"{thread}: only main starts and joins")
            if name == "main" or name not in program:
                raise ValueError(f"main: there is no thread {name!r} to {kind}")
            if (kind == "start") == (name in started):
                raise ValueError(f"main: {name!r} was started already, or is joined before it is started")
            started.add(name)
