"""Undoes the first write, and raises an error of its own that only looks like the shelf's.

Rejected by: test_failed_move_changes_nothing
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock
from typing import Protocol


class Shelf(Protocol):
    """Slow storage, given from outside. Not thread-safe: for one thread at a time.

    Both methods may raise OSError. A write that raises has changed nothing.
    """

    def read(self) -> int: ...

    def write(self, qty: int) -> None: ...


class OutOfStock(Exception):
    """The warehouse has less than was asked for."""


class Warehouse:
    """A place with a shelf. Names are for people: two warehouses may have the same one."""

    def __init__(self, name: str, shelf: Shelf) -> None:
        self.name = name
        self.shelf = shelf
        self._lock = Lock()


def move(src: Warehouse, dst: Warehouse, qty: int) -> None:
    """Move qty from src to dst.

    - ValueError if qty <= 0. OutOfStock if src has less than qty; then nothing is written.
    - If src is dst, only check the stock.
    - If a shelf fails, its error goes on and both shelves hold what they held before: what was written already is
      written back. (Writing it back does not fail.)
    - Never deadlocks, whatever is moved at the same time. A shelf is used by one thread at a time. Moves without a
      common warehouse do not wait for each other. Whoever waits does so as long as it takes, and does not spin.
    """
    if qty <= 0:
        raise ValueError(f"{qty} is nothing to move")
    with _locked({src, dst}):  # a set: a warehouse that is both is locked once
        have = src.shelf.read()
        if have < qty:
            raise OutOfStock(src.name)
        if src is dst:
            return
        there = dst.shelf.read()  # before the first write: if it fails, nothing has happened yet
        src.shelf.write(have - qty)
        try:
            dst.shelf.write(there + qty)
        except BaseException:
            src.shelf.write(have)  # still locked, so nobody has seen the half
            raise OSError("write failed") from None


def audit(warehouses: Iterable[Warehouse]) -> int:
    """The sum of the stocks of these warehouses at one moment: no goods on the way are missing or counted twice.

    A warehouse that is listed twice counts once. Waits for moves from or to the listed warehouses only. If a shelf
    fails, its error goes on.
    """
    places = set(warehouses)
    with _locked(places):  # all at once: one moment
        return sum(place.shelf.read() for place in places)


@contextmanager
def _locked(places: Iterable[Warehouse]) -> Iterator[None]:
    """Hold the locks of these warehouses, taken in the order that everybody keeps."""
    with ExitStack() as stack:
        for place in sorted(places, key=id):
            stack.enter_context(place._lock)
        yield
