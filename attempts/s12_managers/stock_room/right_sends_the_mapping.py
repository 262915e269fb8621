"""Hands the mapping to the manager as it came; the room copies it over there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from multiprocessing.managers import BaseManager
from threading import Condition


class OutOfStock(Exception):
    def __init__(self, article: str) -> None:
        super().__init__(article)
        self.article = article


class StockRoom:
    def __init__(self, stock: Mapping[str, int]) -> None:
        self._changed = Condition()
        self._free = dict(stock)
        self._open: dict[int, dict[str, int]] = {}
        self._tickets = count(1)

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

    def _short(self, order: Mapping[str, int]) -> list[str]:
        return [article for article, pieces in order.items() if self._free[article] < pieces]


class _Manager(BaseManager):
    pass


_Manager.register("StockRoom", StockRoom, exposed=("reserve", "cancel", "ship", "stock"))


@contextmanager
def stock_server(stock: Mapping[str, int]) -> Iterator[StockRoom]:
    with _Manager() as manager:
        yield manager.StockRoom(stock)  # type: ignore[attr-defined]
