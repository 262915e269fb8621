"""Checks the sum of the counts: a count of 0 hides behind a large one.

Rejected by: test_bad_input
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping


class Catalogue:
    """Everything is a bill of bought-in parts; a condition with an owner keeps the writers apart."""

    def __init__(self) -> None:
        self._turn = threading.Condition(threading.Lock())
        self._changing = False
        self._bill: dict[str, Counter[str]] = {}
        self._price: dict[str, int] = {}

    def _begin(self) -> None:
        with self._turn:
            while self._changing:
                self._turn.wait()
            self._changing = True

    def _end(self) -> None:
        with self._turn:
            self._changing = False
            self._turn.notify()

    def add_part(self, name: str, price: int) -> None:
        self._begin()
        try:
            if name in self._bill or price < 0:
                raise ValueError(name)
            with self._turn:
                self._price[name] = price
                self._bill[name] = Counter({name: 1})
        finally:
            self._end()

    def add_assembly(self, name: str, parts: Mapping[str, int]) -> None:
        self._begin()
        try:
            bill: Counter[str] = Counter()
            counts = list(parts.items())
            if name in self._bill or sum(count for _, count in counts) < len(counts):
                raise ValueError(name)
            for part, count in counts:
                for bought, times in self._bill[part].items():
                    bill[bought] += times * count
            with self._turn:
                self._bill[name] = bill
        finally:
            self._end()

    def cost(self, name: str) -> int:
        with self._turn:
            return sum(times * self._price[bought] for bought, times in self._bill[name].items())

    def reprice(self, name: str, price: int) -> None:
        self._begin()
        try:
            with self._turn:
                if name not in self._price:
                    raise KeyError(name)
                if price < 0:
                    raise ValueError(price)
                self._price[name] = price
        finally:
            self._end()

    def reprice_all(self, change: Callable[[str, int], int]) -> None:
        self._begin()
        try:
            new = []
            for name in list(self._price):
                price = change(name, self._price[name])
                if price < 0:
                    raise ValueError(price)
                new.append((name, price))
            with self._turn:
                self._price.update(new)
        finally:
            self._end()
