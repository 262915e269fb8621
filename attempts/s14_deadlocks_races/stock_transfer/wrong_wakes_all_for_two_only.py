"""Wakes only one when one place becomes free: the one that wakes may want another place.

Rejected by: test_who_can_go_on_is_woken
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
            _desk.wait_for(lambda: _busy.isdisjoint(self.places))
            _busy.update(self.places)
        return list(self.places.values())

    def __exit__(self, *args: object) -> None:
        with _desk:
            _busy.difference_update(self.places)
        with _desk:
            _desk.notify_all() if len(self.places) > 1 else _desk.notify()


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
