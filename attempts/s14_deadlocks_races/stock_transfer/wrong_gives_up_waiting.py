"""Waits for each lock for a second at most, and goes on without it: no deadlock, and no protection.

Rejected by: test_slow_shelf_is_waited_for
"""

from contextlib import contextmanager
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
    held = []
    try:
        for place in sorted(set(places), key=id):
            if place._lock.acquire(timeout=1):
                held.append(place)
        yield
    finally:
        for place in held:
            place._lock.release()


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
