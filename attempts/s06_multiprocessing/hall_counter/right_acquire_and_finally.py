"""The lock taken by hand; a nested one for the check; a queue for the tally."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing import Process, SimpleQueue, Value
from typing import Any, Protocol


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
    """One person goes in, unless `capacity` people are inside: then False. Atomic for all who use cell.get_lock()."""
    lock = cell.get_lock()
    with lock:
        full = cell.value >= capacity
        if not full:
            with cell.get_lock():
                cell.value = cell.value + 1
    return not full


def leave(cell: Cell) -> bool:
    """One person goes out; False if the hall is empty. Atomic in the same way."""
    with cell.get_lock():
        if cell.value == 0:
            return False
        cell.value -= 1
        return True


def _door(cell: Any, turned_away: Any, capacity: int, people: str) -> None:
    away = 0
    for person in people:
        if person == "-":
            leave(cell)
        elif not enter(cell, capacity):
            away += 1
    turned_away.put(away)


def run_doors(doors: Sequence[str], capacity: int) -> Tally:
    """Start with an empty hall; carry out each door's string in a child process: "+" is one enter, "-" one leave.

    One child per door, by the default start method, all started before any is waited for; all have ended when this
    returns. Raises ValueError for other characters or a negative capacity, before any start.
    """
    if capacity < 0:
        raise ValueError(f"a hall cannot hold {capacity} people")
    for people in doors:
        if set(people) - {"+", "-"}:
            raise ValueError(f"a door's string has + and - only: {people!r}")
    cell, turned_away = Value("i", 0), SimpleQueue()
    children = [Process(target=_door, args=(cell, turned_away, capacity, people)) for people in doors]
    for child in children:
        child.start()
    for child in children:
        child.join()
    away = 0
    while not turned_away.empty():
        away += turned_away.get()
    turned_away.close()
    return Tally(cell.value, away)
