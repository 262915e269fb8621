"""Each door adds its count at the end, once, and without the lock: two that end at once count as one.

Rejected by: test_tally_of_two_doors_at_once
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
    count = 0
    for person in people:
        if person == "-":
            leave(cell)
        elif not enter(cell, capacity):
            count += 1
    turned_away.value += count


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
