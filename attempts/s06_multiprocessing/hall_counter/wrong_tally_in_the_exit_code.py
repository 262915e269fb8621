"""Sends the number turned away home as an exit code, which is one byte: the 256th person is nobody.

Rejected by: test_run_doors_one_door
"""

from __future__ import annotations

import sys
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


def _door(cell: Any, capacity: int, people: str) -> None:
    turned_away = 0
    for person in people:
        if person == "-":
            leave(cell)
        elif not enter(cell, capacity):
            turned_away += 1
    sys.exit(turned_away)


def run_doors(doors: Sequence[str], capacity: int) -> Tally:
    if capacity < 0 or set("".join(doors)) - {"+", "-"}:
        raise ValueError("a bad plan")
    cell = Value("i", 0)
    children = [Process(target=_door, args=(cell, capacity, people)) for people in doors]
    for child in children:
        child.start()
    for child in children:
        child.join()
    return Tally(cell.value, sum(child.exitcode or 0 for child in children))
