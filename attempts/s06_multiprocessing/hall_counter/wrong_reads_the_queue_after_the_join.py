"""Joins the children before their news is read: with many in the queue a child waits for a reader.

Rejected by: test_large_crowd
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
            away.put(1)


def run_doors(doors: Sequence[str], capacity: int) -> Tally:
    if capacity < 0:
        raise ValueError("capacity is negative")
    for people in doors:
        if not set(people) <= set("+-"):
            raise ValueError(f"bad plan: {people!r}")
    cell, away = Value("i", 0), multiprocessing.Queue()
    children = [Process(target=_door, args=(cell, away, capacity, people)) for people in doors]
    for child in children:
        child.start()
    for child in children:
        child.join()
    turned = 0
    for child in children:
        away.put(None)
        while away.get() is not None:
            turned += 1
    return Tally(cell.value, turned)
