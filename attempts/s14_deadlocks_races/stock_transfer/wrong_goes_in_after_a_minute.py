"""Waits for a minute at most, and then goes in whether the places are free or not.

Rejected by: test_slow_shelf_is_waited_for
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


class Warehouse:
    def __init__(self, name: str, shelf: Shelf) -> None:
        self.name = name
        self.shelf = shelf


_desk = Condition()
_busy: set[int] = set()


class _Held:
    """Takes all of these places at one moment, or waits for it."""

    def __init__(self, places: Iterable[Warehouse]) -> None:
        self.places = {id(place): place for place in places}

    def __enter__(self) -> list[Warehouse]:
        with _desk:
            _desk.wait_for(lambda: _busy.isdisjoint(self.places), 60)
            _busy.update(self.places)
        return list(self.places.values())

    def __exit__(self, *args: object) -> None:
        with _desk:
            _busy.difference_update(self.places)
            _desk.notify_all()


def move(src: Warehouse, dst: Warehouse, qty: int) -> None:
    if qty <= 0:
        raise ValueError(qty)
    with _Held([src, dst]):
        have = src.shelf.read()
        if have < qty:
            raise OutOfStock(src.name)
        if src is dst:
            return
        there = dst.shelf.read()
        dst.shelf.write(there + qty)
        try:
            src.shelf.write(have - qty)
        except BaseException:
            dst.shelf.write(there)
            raise


def audit(warehouses: Iterable[Warehouse]) -> int:
    with _Held(warehouses) as places:
        return sum(place.shelf.read() for place in places)
