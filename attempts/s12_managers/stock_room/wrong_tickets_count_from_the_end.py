"""Tickets are indices of a list: -1 is the last of them, whoever has it.

Rejected by: test_model
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.managers import BaseManager


class OutOfStock(Exception):
    def __init__(self, article: str) -> None:
        super().__init__(article)
        self.article = article


class StockRoom:
    def __init__(self, stock: Mapping[str, int]) -> None:
        self._free = dict(stock)
        self._open: list[dict[str, int] | None] = []
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()

    def _short(self, order: Mapping[str, int]) -> str | None:
        for article in sorted(order):
            if self._free[article] < order[article]:
                return article
        return None

    def reserve(self, order: Mapping[str, int], timeout: float = 0.0) -> int:
        order = dict(order)
        deadline = time.monotonic() + timeout
        with self._changed:
            if not order or min(order.values()) < 1:
                raise ValueError(f"not an order: {order}")
            for article in order:
                if article not in self._free:
                    raise KeyError(article)
            while (short := self._short(order)) is not None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise OutOfStock(short)
                self._changed.wait(left)
            for article, pieces in order.items():
                self._free[article] -= pieces
            self._open.append(order)
            return len(self._open) - 1

    def cancel(self, ticket: int) -> None:
        with self._changed:
            order = self._take(ticket)
            for article, pieces in order.items():
                self._free[article] += pieces
            self._changed.notify_all()

    def _take(self, ticket: int) -> dict[str, int]:
        try:
            order = self._open[ticket]
        except IndexError:
            raise KeyError(ticket) from None
        if order is None:
            raise KeyError(ticket)
        self._open[ticket] = None
        return order

    def ship(self, ticket: int) -> None:
        with self._changed:
            self._take(ticket)

    def stock(self) -> dict[str, int]:
        with self._changed:
            return self._free.copy()


class _Manager(BaseManager):
    pass


_Manager.register("StockRoom", StockRoom, exposed=("reserve", "cancel", "ship", "stock"))


@contextmanager
def stock_server(stock: Mapping[str, int]) -> Iterator[StockRoom]:
    with _Manager() as manager:
        yield manager.StockRoom(stock)
