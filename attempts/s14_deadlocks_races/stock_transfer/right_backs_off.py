"""Waits for one lock and only tries the others; if one is taken, lets go of all and waits for that one. Gives first."""

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
    waiting = list(dict.fromkeys(places))
    while True:
        held = []
        for place in waiting:
            if not place._lock.acquire(blocking=not held):
                break
            held.append(place)
        if len(held) == len(waiting):
            break
        for one in held:
            one._lock.release()
        waiting.remove(place)
        waiting.insert(0, place)
    try:
        yield
    finally:
        for place in waiting:
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
        dst.shelf.write(there + qty)
        try:
            src.shelf.write(have - qty)
        except BaseException:
            dst.shelf.write(there)
            raise


def audit(warehouses):
    places = set(warehouses)
    with _locked(places):
        return sum(place.shelf.read() for place in places)
