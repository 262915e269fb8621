"""Two warehouses that open at once get the same number: then there is no order between them.

Rejected by: test_warehouses_that_open_at_once
"""

from contextlib import ExitStack
from threading import Lock


class OutOfStock(Exception):
    pass


class Warehouse:
    made = 0

    def __init__(self, name, shelf):
        self.name = name
        self.shelf = shelf
        Warehouse.made += 1
        self.number = Warehouse.made
        self._lock = Lock()


def _locked(places):
    held = ExitStack()
    for place in sorted(places, key=lambda place: place.number):
        held.enter_context(place._lock)
    return held


def move(src, dst, qty):
    if qty <= 0:
        raise ValueError("nothing to move")
    with _locked(dict.fromkeys([src, dst])):
        have = src.shelf.read()
        if have < qty:
            raise OutOfStock(src.name)
        if src is dst:
            return
        there = dst.shelf.read()
        src.shelf.write(have - qty)
        try:
            dst.shelf.write(there + qty)
        except OSError:
            src.shelf.write(have)
            raise


def audit(warehouses):
    places = dict.fromkeys(warehouses)
    with _locked(places):
        return sum(place.shelf.read() for place in places)
