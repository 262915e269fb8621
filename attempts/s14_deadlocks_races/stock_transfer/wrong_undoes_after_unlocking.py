"""Writes back when the locks are free again: in between the auditor counts what is in two places.

Rejected by: test_failed_write_is_rolled_back
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
    given = False
    try:
        with _locked({src, dst}):
            have = src.shelf.read()
            if have < qty:
                raise OutOfStock(src.name)
            if src is dst:
                return
            dst.shelf.write(dst.shelf.read() + qty)
            given = True
            src.shelf.write(have - qty)
    except OSError:
        if given:
            with _locked({dst}):
                dst.shelf.write(dst.shelf.read() - qty)
        raise


def audit(warehouses):
    places = set(warehouses)
    with _locked(places):
        return sum(place.shelf.read() for place in places)
