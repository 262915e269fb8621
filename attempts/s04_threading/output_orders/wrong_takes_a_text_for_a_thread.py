"""A join waits for whoever is called like the thread, and for whoever still prints its name.

Rejected by: test_text_like_a_name
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

Step = tuple[Literal["print", "start", "join"], str]
Program = Mapping[str, Sequence[Step]]


def _check(program: Program) -> None:
    if "main" not in program:
        raise ValueError("no main")
    started = set()
    for thread, steps in program.items():
        for kind, what in steps:
            if kind == "print":
                continue
            if kind not in ("start", "join"):
                raise ValueError(f"no such step: {kind!r}")
            if thread != "main":
                raise ValueError(f"{thread!r} may not {kind}")
            if what == "main" or what not in program:
                raise ValueError(f"no thread {what!r}")
            if kind == "start":
                if what in started:
                    raise ValueError(f"{what!r} is started twice")
                started.add(what)
            elif what not in started:
                raise ValueError(f"{what!r} is joined before it is started")


def possible_outputs(program: Program) -> set[tuple[str, ...]]:
    _check(program)
    lines = {name: tuple(what for _, what in steps) for name, steps in program.items() if name != "main"}
    main = tuple(program["main"])

    @cache
    def rest(at: int, left: frozenset) -> frozenset:
        """What can be printed from here on; left: the running threads with the lines they still print."""
        found = set()
        if at == len(main) and not left:
            return frozenset({()})
        for name, mine in left:
            others = left - {(name, mine)}
            more = others | {(name, mine[1:])} if mine[1:] else others
            found |= {(mine[0], *tail) for tail in rest(at, more)}
        if at < len(main):
            kind, what = main[at]
            if kind == "print":
                found |= {(what, *tail) for tail in rest(at + 1, left)}
            elif kind == "start":
                found |= rest(at + 1, left | {(what, lines[what])} if lines[what] else left)
            elif all(name not in (what,) and mine != (what,) for name, mine in left):
                found |= rest(at + 1, left)
        return frozenset(found)

    return set(rest(0, frozenset()))
