"""Predict every output that a small program with threads can print.

A support desk keeps getting logs "in the wrong order". It wants to tell an order that the program can produce from
a bug.

One warning that goes round says: without .join() the main program may end before its threads have finished. Half
of that is true. The main *thread* does not wait; but the process does, until all its (non-daemon) threads are done.
So their lines are never missing. They come late.
"""

from collections.abc import Mapping, Sequence
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
    raise NotImplementedError  # TODO
