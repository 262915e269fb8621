"""Reads the shelf once more to write back what was there: that read can fail, too.

Rejected by: test_nothing_can_be_read_after_a_failed_write
"""

from contextlib import ExitStack, contextmanager
from itertools import count
from threading import Lock

numbers = count()


class OutOfStock(Exception):
    pass


class Warehouse:
    def __init__(self, name, shelf):
        self.name = name
        self.shelf = shelf
        self.number = next(numbers)
        self._lock = Lock()


@contextmanager
def _locked(places):
    with ExitStack() as held:
        for place in sorted(set(places), key=lambda place: place.number):
            held.enter_context(place._lock)
        yield


def move(src, dst, qty):
    if qty <= 0:
        raise ValueError("nothing to move")
    with _locked({src, dst}):
        have = src.shelf.read()
        if have < qty:
            raise OutOfStock(src.name)
        if src is dst:
            return
        there = dst.shelf.read()
        src.shelf.write(have - qty)
        try:
            dst.shelf.write(there + qty)
        except OSError:
            src.shelf.write(src.shelf.read() + qty)
            raise


def audit(warehouses):
    places = set(warehouses)
    with _locked(places):
        return sum(place.shelf.read() for place in places)
