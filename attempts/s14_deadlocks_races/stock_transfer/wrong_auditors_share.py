"""Auditors do not exclude each other, since they only read: the shelf is used by two threads at once.

Rejected by: test_shelf_is_read_by_one_auditor
"""

from collections import Counter
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
_audited = Counter()


@contextmanager
def _locked(places):
    wanted = set(places)
    with _changed:
        _changed.wait_for(lambda: not wanted & (_busy | set(_audited.elements())))
        _busy.update(wanted)
    try:
        yield
    finally:
        with _changed:
            _busy.difference_update(wanted)
            _changed.notify_all()


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
    with _changed:
        _changed.wait_for(lambda: not places & _busy)
        _audited.update(places)
    try:
        return sum(place.shelf.read() for place in places)
    finally:
        with _changed:
            _audited.subtract(places)
            _changed.notify_all()
