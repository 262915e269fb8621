"""Without a timeout it looks for what is short first: an order with an unknown article may be called short.

Rejected by: test_bad_orders_do_not_wait
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.managers import BaseManager, SyncManager


class OutOfStock(Exception):
    def __init__(self, article: str) -> None:
        super().__init__(article)
        self.article = article


class StockRoom:
    def __init__(self, stock: Mapping[str, int]) -> None:
        self._free = dict(stock)
        self._open: dict[int, dict[str, int]] = {}
        self._tickets = itertools.count(1)
        self._changed = threading.Condition()

    def _short(self, order):
        return [article for article, pieces in order.items() if self._free[article] < pieces]

    def reserve(self, order: Mapping[str, int], timeout: float = 0.0) -> int:
        order = dict(order)
        with self._changed:
            if not order or min(order.values()) < 1:
                raise ValueError("nothing is ordered")
            short = [article for article in order if order[article] > self._free.get(article, 0)]
            if timeout <= 0 and any(article in self._free for article in short):
                raise OutOfStock(min(short))
            for article in order:
                if article not in self._free:
                    raise KeyError(article)
            if not self._changed.wait_for(lambda: not self._short(order), timeout):
                raise OutOfStock(min(self._short(order)))
            for article, pieces in order.items():
                self._free[article] -= pieces
            ticket = next(self._tickets)
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
            return dict(self._free)


class _Manager(BaseManager):
    pass


_Manager.register("StockRoom", StockRoom, exposed=("reserve", "cancel", "ship", "stock"))


@contextmanager
def stock_server(stock: Mapping[str, int]) -> Iterator[StockRoom]:
    with _Manager() as manager:
        yield manager.StockRoom(dict(stock))
