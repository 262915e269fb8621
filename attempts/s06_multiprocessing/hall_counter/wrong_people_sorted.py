"""Lets all in first, and out afterwards.

Rejected by: test_run_doors_one_door
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import Process, Value
from typing import Any


@dataclass(frozen=True)
class Tally:
    inside: int
    turned_away: int


def enter(cell: Any, capacity: int) -> bool:
    with cell.get_lock():
        if cell.value >= capacity:
            return False
        cell.value += 1
        return True


def leave(cell: Any) -> bool:
    with cell.get_lock():
        if cell.value == 0:
            return False
        cell.value -= 1
        return True


def _door(cell: Any, turned_away: Any, capacity: int, people: str) -> None:
    for person in sorted(people):
        if person == "-":
            leave(cell)
        elif not enter(cell, capacity):
            with turned_away.get_lock():
                turned_away.value += 1


def run_doors(doors: Sequence[str], capacity: int) -> Tally:
    if capacity < 0 or set("".join(doors)) - {"+", "-"}:
        raise ValueError("a bad plan")
    cell, turned_away = Value("i", 0), Value("i", 0)
    children = [Process(target=_door, args=(cell, turned_away, capacity, people)) for people in doors]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return Tally(cell.value, turned_away.value)
