"""The thread that repriced last stays the owner when its change failed: its later costs are added up without the lock.

Rejected by: test_a_repricer_is_a_customer_again
"""

import threading
from collections.abc import Callable, Mapping


class Catalogue:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = 0
        self._price: dict[str, int] = {}
        self._parts: dict[str, dict[str, int]] = {}

    def add_part(self, name: str, price: int) -> None:
        with self._lock:
            if name in self._price or name in self._parts or price < 0:
                raise ValueError(f"part {name!r} for {price}")
            self._price[name] = price

    def add_assembly(self, name: str, parts: Mapping[str, int]) -> None:
        parts = dict(parts)
        with self._lock:
            if name in self._price or name in self._parts or min(parts.values(), default=1) < 1:
                raise ValueError(f"assembly {name!r} of {parts}")
            for part in parts:
                if part not in self._price and part not in self._parts:
                    raise KeyError(part)
            self._parts[name] = parts

    def cost(self, name: str) -> int:
        if self._owner == threading.get_ident():
            return self._cost(name)
        with self._lock:
            return self._cost(name)

    def _cost(self, name: str) -> int:
        if name in self._price:
            return self._price[name]
        return sum(count * self._cost(part) for part, count in self._parts[name].items())

    def reprice(self, name: str, price: int) -> None:
        with self._lock:
            if name not in self._price:
                raise KeyError(name)
            if price < 0:
                raise ValueError(f"a price of {price} cents")
            self._price[name] = price

    def reprice_all(self, change: Callable[[str, int], int]) -> None:
        with self._lock:
            self._owner = threading.get_ident()
            new = {}
            for name, old in self._price.items():
                price = change(name, old)
                if price < 0:
                    raise ValueError(f"{name!r} for {price}")
                new[name] = price
            self._price = new
            self._owner = 0
