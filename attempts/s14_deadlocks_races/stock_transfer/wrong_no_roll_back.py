"""Frees the locks after a failed write, and leaves the goods out of both books.

Rejected by: test_failed_move_changes_nothing, test_failed_write_is_rolled_back
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
        for place in sorted(set(places), key=id):
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
        dst.shelf.write(there + qty)


def audit(warehouses):
    places = set(warehouses)
    with _locked(places):
        return sum(place.shelf.read() for place in places)
