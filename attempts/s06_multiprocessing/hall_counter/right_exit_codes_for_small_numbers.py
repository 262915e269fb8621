"""Each door tells by its exit code how many it turned away, which is at most 255."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing import Process, Value
from typing import Protocol


class Cell(Protocol):
    """What multiprocessing.Value("i", 0) offers."""

    value: int

    def get_lock(self) -> AbstractContextManager[object]: ...


@dataclass(frozen=True)
class Tally:
    inside: int
    """People inside at the end."""
    turned_away: int
    """Calls of enter that returned False, over all doors."""


def enter(cell: Cell, capacity: int) -> bool:
    with cell.get_lock():
        if cell.value >= capacity:
            return False
        cell.value += 1
        return True


def leave(cell: Cell) -> bool:
    with cell.get_lock():
        if cell.value == 0:
            return False
        cell.value -= 1
        return True


def _check(doors, capacity):
    if capacity < 0:
        raise ValueError("capacity")
    for door in doors:
        for c in door:
            if c not in "+-":
                raise ValueError(f"bad character {c!r}")


def _walk(cell, capacity, people):
    away = 0
    for c in people:
        if c == "+":
            if not enter(cell, capacity):
                away += 1
        else:
            leave(cell)
    return away


def _door(cell, capacity, people):
    sys.exit(_walk(cell, capacity, people))


def run_doors(doors: Sequence[str], capacity: int) -> Tally:
    """An exit code has room for 0 to 255 only: so many may be turned away at one door, and no more."""
    _check(doors, capacity)
    cell = Value("i", 0)
    children = [Process(target=_door, args=(cell, capacity, people)) for people in doors]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return Tally(cell.value, sum(child.exitcode for child in children))
