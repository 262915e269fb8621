"""Looks at the stock first and takes the locks then: what it saw is from before.

Rejected by: test_shelf_is_used_by_one_thread, test_second_driver_after_a_failed_write
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
    have = src.shelf.read()
    if have < qty:
        raise OutOfStock(src.name)
    if src is dst:
        return
    with _locked([src, dst]):
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
