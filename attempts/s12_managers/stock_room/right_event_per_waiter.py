"""A lock, and an Event for each that waits; a subclass of SyncManager.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from multiprocessing.managers import SyncManager
from threading import Event, Lock


class OutOfStock(Exception):
    def __init__(self, article: str) -> None:
        super().__init__(article)
        self.article = article


class StockRoom:
    def __init__(self, stock: Mapping[str, int]) -> None:
        self._lock = Lock()
        self._waiting: list[Event] = []
        self._free = dict(stock)
        self._open: dict[int, dict[str, int]] = {}
        self._tickets = count(1)

    def reserve(self, order: Mapping[str, int], timeout: float = 0.0) -> int:
        order = dict(order)
        if not order or min(order.values()) < 1:
            raise ValueError(f"an order is one piece at least of each of its articles, not {order}")
        end = time.monotonic() + timeout
        while True:
            with self._lock:
                short = sorted(article for article, pieces in order.items() if self._free[article] < pieces)
                if not short:
                    for article, pieces in order.items():
                        self._free[article] -= pieces
                    ticket = next(self._tickets)
                    self._open[ticket] = order
                    return ticket
                left = end - time.monotonic()
                if left <= 0:
                    raise OutOfStock(short[0])
                bell = Event()
                self._waiting.append(bell)
            bell.wait(left)
            with self._lock:
                self._waiting.remove(bell)

    def cancel(self, ticket: int) -> None:
        with self._lock:
            for article, pieces in self._open.pop(ticket).items():
                self._free[article] += pieces
            for bell in self._waiting:
                bell.set()

    def ship(self, ticket: int) -> None:
        with self._lock:
            del self._open[ticket]

    def stock(self) -> dict[str, int]:
        with self._lock:
            return dict(self._free)


class _Manager(SyncManager):
    pass


_Manager.register("StockRoom", StockRoom, exposed=("reserve", "cancel", "ship", "stock"))


@contextmanager
def stock_server(stock: Mapping[str, int]) -> Iterator[StockRoom]:
    with _Manager() as manager:
        yield manager.StockRoom(dict(stock))  # type: ignore[attr-defined]
