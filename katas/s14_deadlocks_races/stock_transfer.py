"""Repair `move` and `audit`: no deadlock, no pallet that is in no book, and nothing lost when a write fails.

About once a week the stock system hangs. Now and then the auditor misses exactly the pallet that is on its way. And
after a failed write goods have vanished. One big lock would stop the hanging, and the business too.
"""

from collections.abc import Iterable
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
    with src._lock, dst._lock:  # TODO: who takes these two in the other order? What if they are one?
        have = src.shelf.read()
        if have < qty:
            raise OutOfStock(src.name)
        src.shelf.write(have - qty)
        dst.shelf.write(dst.shelf.read() + qty)  # TODO: and if this raises?


def audit(warehouses: Iterable[Warehouse]) -> int:
    """The sum of the stocks of these warehouses at one moment: no goods on the way are missing or counted twice.

    A warehouse that is listed twice counts once. Waits for moves from or to the listed warehouses only. If a shelf
    fails, its error goes on.
    """
    return sum(place.shelf.read() for place in warehouses)  # TODO: what may move between two reads?
