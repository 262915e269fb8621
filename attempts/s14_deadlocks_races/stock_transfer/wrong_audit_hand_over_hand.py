"""Lets go of a warehouse when it has the next one: goods that go behind its back are missed or counted twice.

Rejected by: test_nothing_moves_behind_the_auditor
"""

import itertools
from collections.abc import Iterable
from contextlib import ExitStack
from threading import Condition, Lock
from typing import Protocol


class Shelf(Protocol):
    def read(self) -> int: ...

    def write(self, qty: int) -> None: ...


class OutOfStock(Exception):
    """The warehouse has less than was asked for."""


_numbers = itertools.count()


class Warehouse:
    def __init__(self, name: str, shelf: Shelf) -> None:
        self.name = name
        self.shelf = shelf
        self._lock = Lock()
        self._number = next(_numbers)


def _number(place: Warehouse) -> int:
    return place._number


def move(src: Warehouse, dst: Warehouse, qty: int) -> None:
    if qty <= 0:
        raise ValueError(qty)
    if src is dst:
        with src._lock:
            if src.shelf.read() < qty:
                raise OutOfStock(src.name)
        return
    first, second = sorted((src, dst), key=_number)
    with first._lock, second._lock:
        have = src.shelf.read()
        if have < qty:
            raise OutOfStock(src.name)
        there = dst.shelf.read()
        src.shelf.write(have - qty)
        try:
            dst.shelf.write(there + qty)
        except BaseException:
            src.shelf.write(have)
            raise


def audit(warehouses: Iterable[Warehouse]) -> int:
    places = sorted(set(warehouses), key=_number)
    total = 0
    held = None
    for place in places:
        place._lock.acquire()
        try:
            total += place.shelf.read()
        except BaseException:
            place._lock.release()
            raise
        finally:
            if held:
                held._lock.release()
        held = place
    if held:
        held._lock.release()
    return total
