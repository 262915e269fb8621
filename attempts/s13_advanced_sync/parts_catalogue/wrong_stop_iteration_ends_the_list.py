"""A StopIteration of change ends map(): no error comes, and the parts before it have new prices.

Rejected by: test_failed_change_changes_nothing
"""

import threading
from collections.abc import Callable, Mapping


class Catalogue:
    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._price: dict[str, int] = {}
        self._parts: dict[str, dict[str, int]] = {}

    def add_part(self, name: str, price: int) -> None:
        with self._lock:
            if name in self._price or name in self._parts or price < 0:
                raise ValueError(name)
            self._price[name] = price

    def add_assembly(self, name: str, parts: Mapping[str, int]) -> None:
        parts = dict(parts)
        with self._lock:
            if name in self._price or name in self._parts:
                raise ValueError(name)
            for count in parts.values():
                if count < 1:
                    raise ValueError(count)
            for part in parts:
                if part not in self._price and part not in self._parts:
                    raise KeyError(part)
            self._parts[name] = parts

    def cost(self, name: str) -> int:
        with self._lock:
            if name in self._price:
                return self._price[name]
            return sum(n * self.cost(p) for p, n in self._parts[name].items())

    def reprice(self, name: str, price: int) -> None:
        with self._lock:
            if name not in self._price:
                raise KeyError(name)
            if price < 0:
                raise ValueError(price)
            self._price[name] = price

    def reprice_all(self, change: Callable[[str, int], int]) -> None:
        with self._lock:
            names = list(self._price)
            new = dict(zip(names, map(change, names, list(self._price.values()))))
            if any(p < 0 for p in new.values()):
                raise ValueError(new)
            self._price.update(new)
