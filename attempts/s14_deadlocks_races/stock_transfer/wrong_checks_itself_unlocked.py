"""A move to itself writes nothing, so it locks nothing: it reads while another thread uses the shelf.

Rejected by: test_shelf_is_used_by_one_thread
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
    if src is dst:
        if src.shelf.read() < qty:
            raise OutOfStock(src.name)
        return
    with _locked({src, dst}):
        have = src.shelf.read()
        if have < qty:
            raise OutOfStock(src.name)
        there = dst.shelf.read()
        src.shelf.write(have - qty)
        try:
            dst.shelf.write(there + qty)
        except OSError:
            src.shelf.write(have)
            raise


def audit(warehouses):
    places = set(warehouses)
    with _locked(places):
        return sum(place.shelf.read() for place in places)
