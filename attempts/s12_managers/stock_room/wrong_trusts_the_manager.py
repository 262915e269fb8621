"""No lock: a manager would serve one message after the other.

Rejected by: test_all_or_nothing, test_tickets_are_unique, test_a_ticket_is_good_for_once
"""

from __future__ import annotations

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
        self._open: dict[int, dict[str, int]] = {}
        self._tickets = 0

    def reserve(self, order: Mapping[str, int], timeout: float = 0.0) -> int:
        order = dict(order)
        if not order or min(order.values()) < 1:
            raise ValueError(f"an order is one piece at least of each of its articles, not {order}")
        for article in order:
            self._free[article]
        end = time.monotonic() + timeout
        while self._short(order):
            if time.monotonic() >= end:
                raise OutOfStock(min(self._short(order)))
            time.sleep(0.05)
        for article, pieces in order.items():
            self._free[article] -= pieces
        self._tickets += 1
        self._open[self._tickets] = order
        return self._tickets

    def cancel(self, ticket: int) -> None:
        order = self._open[ticket]
        for article, pieces in order.items():
            self._free[article] += pieces
        del self._open[ticket]

    def ship(self, ticket: int) -> None:
        del self._open[ticket]

    def stock(self) -> dict[str, int]:
        return dict(self._free)

    def _short(self, order: Mapping[str, int]) -> list[str]:
        return [article for article, pieces in order.items() if self._free[article] < pieces]


class _Manager(BaseManager):
    pass


_Manager.register("StockRoom", StockRoom, exposed=("reserve", "cancel", "ship", "stock"))


@contextmanager
def stock_server(stock: Mapping[str, int]) -> Iterator[StockRoom]:
    with _Manager() as manager:
        yield manager.StockRoom(dict(stock))  # type: ignore[attr-defined]
