"""What a step does with what it touches."""

from __future__ import annotations

from typing import Any

from .accesses import ANYTHING, WHOLE, WRITE

TAKE, GIVE, LOOK, PASS, TICK, FILL, FILL_LAST, DRAW, DRAW_LAST = range(2, 11)
"""How a step uses a primitive: takes from it (may block), gives to it (may unblock others), looks at its state
without waiting, or passes when it is open (a set event, an ended thread) without changing it. TICK: lets time pass.
Things that are counted (permits, items) are filled and drawn from; _LAST where the last one, or the last room, was
needed."""

CHANGING = frozenset((WRITE, TAKE, GIVE, FILL, FILL_LAST, DRAW, DRAW_LAST))

EVERYTHING = (((ANYTHING, WHOLE), WRITE),)
"""The accesses of a step that may touch anything."""

SETTLED = "*settled*"
AFTER_ALL = ((SETTLED, WHOLE), PASS)
"""The access of a step that comes only when nobody else can go on: `settle`, or the end of a timed wait."""


class GaveUp(str):
    """The site of a step that gives up: what it has waited for."""

    __slots__ = ()


class Step:
    """An entry of the log: what one step touched."""

    __slots__ = ("accesses", "site", "task")

    def __init__(self, task: int, accesses: Any, site: object) -> None:
        self.task, self.accesses, self.site = task, accesses, site
