"""Whether src has enough is asked before both locks are held; another move takes it in between.

Rejected by: test_two_want_the_last_goods
"""

from collections.abc import Iterable
from contextlib import ExitStack
from threading import Lock
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
        self._lock = Lock()


def move(src: Warehouse, dst: Warehouse, qty: int) -> None:
    if qty <= 0:
        raise ValueError(f"qty {qty}")
    if src is dst:
        with src._lock:
            if src.shelf.read() < qty:
                raise OutOfStock(src.name)
        return
    first, second = sorted((src, dst), key=id)
    with src._lock:
        if src.shelf.read() < qty:
            raise OutOfStock(src.name)
    with first._lock, second._lock:
        have = src.shelf.read()
        there = dst.shelf.read()
        src.shelf.write(have - qty)
        try:
            dst.shelf.write(there + qty)
        except BaseException:
            src.shelf.write(have)
            raise


def audit(warehouses: Iterable[Warehouse]) -> int:
    places = {id(place): place for place in warehouses}
    with ExitStack() as stack:
        for key in sorted(places):
            stack.enter_context(places[key]._lock)
        return sum(place.shelf.read() for place in places.values())
