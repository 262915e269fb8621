"""Keeps the old list for cost while prices change, and after a change that failed the same thread reads it for ever.
Rejected by: test_failed_change_changes_nothing
"""

import threading
from collections.abc import Callable, Mapping


class Catalogue:
    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._price: dict[str, int] = {}
        self._parts: dict[str, dict[str, int]] = {}
        self._local = threading.local()

    def add_part(self, name: str, price: int) -> None:
        with self._lock:
            if name in self._price or name in self._parts or price < 0:
                raise ValueError(f"part {name!r} for {price}")
            self._price[name] = price

    def add_assembly(self, name: str, parts: Mapping[str, int]) -> None:
        with self._lock:
            if name in self._price or name in self._parts or min(parts.values(), default=1) < 1:
                raise ValueError(f"assembly {name!r} of {dict(parts)}")
            for part in parts:
                if part not in self._price and part not in self._parts:
                    raise KeyError(part)
            self._parts[name] = dict(parts)

    def cost(self, name: str) -> int:
        with self._lock:
            prices = getattr(self._local, "old", None) or self._price
            if name in prices:
                return prices[name]
            return sum(count * self.cost(part) for part, count in self._parts[name].items())

    def reprice(self, name: str, price: int) -> None:
        with self._lock:
            if name not in self._price:
                raise KeyError(name)
            if price < 0:
                raise ValueError(f"a price of {price} cents")
            self._price[name] = price

    def reprice_all(self, change: Callable[[str, int], int]) -> None:
        with self._lock:
            self._local.old = old = dict(self._price)
            try:
                for name, price in old.items():
                    self.reprice(name, change(name, price))
            except BaseException:
                self._price = dict(old)
                raise
            self._local.old = None
