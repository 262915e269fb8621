"""Wakes one of those who wait, for whichever warehouses: the one who could go on sleeps.

Rejected by: test_who_can_go_on_is_woken
"""

from contextlib import contextmanager
from threading import Condition


class OutOfStock(Exception):
    pass


class Warehouse:
    def __init__(self, name, shelf):
        self.name = name
        self.shelf = shelf


_changed = Condition()
_busy = set()


@contextmanager
def _locked(places):
    wanted = set(places)
    with _changed:
        _changed.wait_for(lambda: not wanted & _busy)
        _busy.update(wanted)
    try:
        yield
    finally:
        with _changed:
            _busy.difference_update(wanted)
            _changed.notify()


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
