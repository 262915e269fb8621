"""Takes from one, lets go, gives to the other: no deadlock, and goods on the way are in no book.

Rejected by: test_audit_sees_one_moment, test_failed_write_is_rolled_back
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
    with src._lock:
        have = src.shelf.read()
        if have < qty:
            raise OutOfStock(src.name)
        if src is dst:
            return
        src.shelf.write(have - qty)
    try:
        with dst._lock:
            dst.shelf.write(dst.shelf.read() + qty)
    except BaseException:
        with src._lock:
            src.shelf.write(src.shelf.read() + qty)
        raise


def audit(warehouses):
    places = set(warehouses)
    with _locked(places):
        return sum(place.shelf.read() for place in places)
