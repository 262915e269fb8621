"""Opens eight doors at a time, and waits for these before it opens the next: they were all to be started first.

Rejected by: test_doors_are_children
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing import Process, Value
from typing import Any, Protocol


class Cell(Protocol):
    value: int

    def get_lock(self) -> AbstractContextManager[object]: ...


@dataclass(frozen=True)
class Tally:
    inside: int
    turned_away: int


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


def _door(cell: Any, away: Any, capacity: int, people: str) -> None:
    for person in people:
        if person == "-":
            leave(cell)
        elif not enter(cell, capacity):
            with away.get_lock():
                away.value += 1


def run_doors(doors: Sequence[str], capacity: int) -> Tally:
    if capacity < 0:
        raise ValueError(f"negative capacity: {capacity}")
    for people in doors:
        if set(people) - set("+-"):
            raise ValueError(f"bad plan: {people!r}")
    cell, away = Value("i", 0), Value("i", 0)
    children = [Process(target=_door, args=(cell, away, capacity, people)) for people in doors]
    for i in range(0, len(children), 8):
        for child in children[i : i + 8]:
            child.start()
        for child in children[i : i + 8]:
            child.join()
    return Tally(cell.value, away.value)
