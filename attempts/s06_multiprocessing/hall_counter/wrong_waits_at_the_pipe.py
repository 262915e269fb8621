"""Reads each door's answer before it starts the next one: there is no join in between, and still door waits for door.

Rejected by: test_doors_open_at_once
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from multiprocessing import Pipe, Process, Value
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


def _door(cell: Any, writer: Any, capacity: int, people: str) -> None:
    away = 0
    for person in people:
        if person == "-":
            leave(cell)
        elif not enter(cell, capacity):
            away += 1
    writer.send(away)
    writer.close()


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
    cell, children, away = Value("i", 0), [], 0
    for people in doors:
        reader, writer = Pipe(duplex=False)
        child = Process(target=_door, args=(cell, writer, capacity, people))
        child.start()
        writer.close()
        children.append(child)
        with reader:
            away += reader.recv()
    for child in children:
        child.join()
    return Tally(cell.value, away)
