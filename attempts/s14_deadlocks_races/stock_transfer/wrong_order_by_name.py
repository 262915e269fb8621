"""Names are not unique: with equal ones the order is that of the arguments.

Rejected by: test_opposite_moves, test_ring_of_moves
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
        for place in sorted(dict.fromkeys(places), key=lambda place: place.name):
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
