"""Tries all locks again and again, without a pause: it never waits, it burns the processor.

Rejected by: test_who_waits_holds_up_nobody_else
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
    wanted = set(places)
    while True:
        held = [place for place in wanted if place._lock.acquire(blocking=False)]
        if len(held) == len(wanted):
            break
        for place in held:
            place._lock.release()
    try:
        yield
    finally:
        for place in wanted:
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
