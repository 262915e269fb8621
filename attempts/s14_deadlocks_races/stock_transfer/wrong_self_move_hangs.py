"""Sorts the two, and does not ask whether they are one: the second acquire waits for the first.

Rejected by: test_move_to_itself
"""

from contextlib import ExitStack, contextmanager
from threading import Lock


class OutOfStock(Exception):
    pass


class Warehouse:
    def __init__(self, name, shelf):
        self.name = name
        self.shelf = shelf
        self._lock = Lock()


@contextmanager
def _locked(places):
    with ExitStack() as stack:
        for place in sorted(places, key=id):
            stack.enter_context(place._lock)
        yield


def move(src, dst, qty):
    if qty <= 0:
        raise ValueError("nothing to move")
    with _locked([src, dst]):
        have = src.shelf.read()
        if have < qty:
            raise OutOfStock(src.name)
        if src is dst:
            return
        there = dst.shelf.read()
        src.shelf.write(have - qty)
        try:
            dst.shelf.write(there + qty)
        except BaseException:
            src.shelf.write(have)
            raise


def audit(warehouses):
    places = set(warehouses)
    with _locked(places):
        return sum(place.shelf.read() for place in places)
