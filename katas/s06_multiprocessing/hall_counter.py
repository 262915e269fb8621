"""Make the doors of a concert hall count right: everybody who is inside, and everybody who was turned away.

Each door is controlled by a process, and all share one number: the people inside. The fire inspector counted more
people than the display showed, and "turned away" is always 0. The number lives in a multiprocessing.Value, which has a
lock built in, so somebody believed that `cell.value += 1` is safe. The alarm panel, other people's code, uses the same
cell under cell.get_lock().
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
    # TODO: how often is the cell read and written here, and what may happen in between?
    if cell.value >= capacity:
        return False
    cell.value += 1
    return True


def leave(cell: Cell) -> bool:
    """One person goes out; False if the hall is empty. Atomic in the same way."""
    # TODO
    if cell.value == 0:
        return False
    cell.value -= 1
    return True


turned_away = 0


def _door(cell: Any, capacity: int, people: str) -> None:
    # TODO: in which process does this global live?
    global turned_away
    for person in people:
        if person == "-":
            leave(cell)
        elif not enter(cell, capacity):
            turned_away += 1


def run_doors(doors: Sequence[str], capacity: int) -> Tally:
    """Start with an empty hall; carry out each door's string in a child process: "+" is one enter, "-" one leave.

    One child per door, by the default start method, all started before any is waited for; all have ended when this
    returns. Raises ValueError for other characters or a negative capacity, before any start.
    """
    # TODO: what about bad plans?
    cell = Value("i", 0)
    children = [Process(target=_door, args=(cell, capacity, people)) for people in doors]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return Tally(cell.value, turned_away)
