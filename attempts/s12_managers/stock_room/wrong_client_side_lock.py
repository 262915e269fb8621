"""A managed dict and a managed lock behind a class of the client: who dies inside keeps the lock.

Rejected by: test_dead_client
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import Manager
from threading import Condition
from typing import Any


class OutOfStock(Exception):
    def __init__(self, article: str) -> None:
        super().__init__(article)
        self.article = article


class StockRoom:
    def __init__(self, stock: Mapping[str, int], manager: Any = None) -> None:
        self._changed: Any = manager.Condition() if manager else Condition()
        self._free: Any = manager.dict(stock) if manager else dict(stock)
        self._open: Any = manager.dict() if manager else {}

    def reserve(self, order: Mapping[str, int], timeout: float = 0.0) -> int:
        order = dict(order)
        if not order or min(order.values()) < 1:
            raise ValueError(f"an order is one piece at least of each of its articles, not {order}")
        with self._changed:
            for article in order:
                self._free[article]
            if not self._changed.wait_for(lambda: not self._short(order), timeout):
                raise OutOfStock(min(self._short(order)))
            for article, pieces in order.items():
                self._free[article] -= pieces
            ticket = max(self._open.keys(), default=0) + 1
            while ticket in self._open:
                ticket += 1
            self._open[ticket] = order
            return ticket

    def cancel(self, ticket: int) -> None:
        with self._changed:
            for article, pieces in self._open.pop(ticket).items():
                self._free[article] += pieces
            self._changed.notify_all()

    def ship(self, ticket: int) -> None:
        with self._changed:
            del self._open[ticket]

    def stock(self) -> dict[str, int]:
        with self._changed:
            return dict(self._free.items())

    def _short(self, order: Mapping[str, int]) -> list[str]:
        return [article for article, pieces in order.items() if self._free[article] < pieces]


@contextmanager
def stock_server(stock: Mapping[str, int]) -> Iterator[StockRoom]:
    with Manager() as manager:
        yield StockRoom(stock, manager)
