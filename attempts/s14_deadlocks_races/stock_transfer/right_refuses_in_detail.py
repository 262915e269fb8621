"""Its refusals are of kinds of their own: who catches OutOfStock or ValueError gets them, too."""

from contextlib import contextmanager
from threading import Condition


class OutOfStock(Exception):
    pass


class TooLittleThere(OutOfStock):
    def __init__(self, place, have, wanted):
        super().__init__(f"{place.name} has {have}, {wanted} were asked for")


class NothingToMove(ValueError):
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
            _changed.notify_all()


def move(src, dst, qty):
    if qty <= 0:
        raise NothingToMove(qty)
    with _locked([src, dst]):
        have = src.shelf.read()
        if have < qty:
            raise TooLittleThere(src, have, qty)
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
