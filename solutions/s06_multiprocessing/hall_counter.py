"""Make the doors of a concert hall count right: everybody who is inside, and everybody who was turned away.

The Value's own lock protects one read or one write. What has to hold together, looking and then counting, is done
under cell.get_lock(), the lock that comes with the data and that everybody else uses. And a global that a child changes
is the child's own: those who were turned away are counted in a second Value.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing import Process, Value
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
    """Calls of enter that returned False, over all doors: at most 255 at each of them."""


def enter(cell: Cell, capacity: int) -> bool:
    """One person goes in; False if `capacity` people or more are inside. Atomic for all who use cell.get_lock()."""
    with cell.get_lock():  # the check and the count, or two people take the last seat
        if cell.value >= capacity:
            return False
        cell.value += 1
        return True


def leave(cell: Cell) -> bool:
    """One person goes out; False if the hall is empty. Atomic in the same way."""
    with cell.get_lock():
        if cell.value == 0:
            return False
        cell.value -= 1
        return True


def _door(cell: Any, turned_away: Any, capacity: int, people: str) -> None:
    for person in people:
        if person == "-":
            leave(cell)
        elif not enter(cell, capacity):
            with turned_away.get_lock():
                turned_away.value += 1


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
    cell, turned_away = Value("i", 0), Value("i", 0)
    children = [Process(target=_door, args=(cell, turned_away, capacity, people)) for people in doors]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return Tally(cell.value, turned_away.value)
