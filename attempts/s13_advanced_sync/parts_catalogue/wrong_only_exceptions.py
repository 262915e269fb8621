"""Gives the lock back after an Exception only: a change that calls sys.exit() keeps it.

Rejected by: test_failed_change_changes_nothing
"""

import threading
from collections.abc import Callable, Mapping


class Catalogue:
    """Parts, assemblies made of them, and what they cost, for any number of threads. Prices are whole cents."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # the methods below call each other with the lock held
        self._price: dict[str, int] = {}
        self._parts: dict[str, dict[str, int]] = {}

    def add_part(self, name: str, price: int) -> None:
        """Add a bought-in part. ValueError if the name is used (by a part or an assembly) or price < 0."""
        with self._lock:
            if name in self._price or name in self._parts or price < 0:
                raise ValueError(f"part {name!r} for {price}")
            self._price[name] = price

    def add_assembly(self, name: str, parts: Mapping[str, int]) -> None:
        """Add an assembly: component -> count. The mapping is copied.

        ValueError if the name is used or a count < 1. KeyError if a component does not exist yet (so there
        can be no cycles). After an error nothing has changed.
        """
        with self._lock:
            if name in self._price or name in self._parts or min(parts.values(), default=1) < 1:
                raise ValueError(f"assembly {name!r} of {dict(parts)}")
            for part in parts:
                self.cost(part)  # raises KeyError if there is no such component
            self._parts[name] = dict(parts)

    def cost(self, name: str) -> int:
        """Return what the part or assembly costs, all of it from ONE price list. KeyError: unknown name."""
        with self._lock:  # taken again for each component; given back when the outermost call is done
            if name in self._price:
                return self._price[name]
            return sum(count * self.cost(part) for part, count in self._parts[name].items())

    def reprice(self, name: str, price: int) -> None:
        """Give a part a new price. KeyError if it is not a part, ValueError if price < 0."""
        with self._lock:
            if name not in self._price:
                raise KeyError(name)
            if price < 0:
                raise ValueError(f"a price of {price} cents")
            self._price[name] = price

    def reprice_all(self, change: Callable[[str, int], int]) -> None:
        """Give every part a new price: change(name, old price). For all other threads this is one step.

        change is called once for each part, in the calling thread. It may call cost(), and sees OLD prices
        only; it does not call the methods that write. If it raises, or returns a price < 0 (ValueError), no
        price changes.
        """
        self._lock.acquire()
        try:
            new = {name: change(name, price) for name, price in self._price.items()}
            if any(price < 0 for price in new.values()):
                raise ValueError(f"a price below zero in {new}")
            self._price = new  # all or nothing
        except Exception:
            self._lock.release()
            raise
        self._lock.release()
