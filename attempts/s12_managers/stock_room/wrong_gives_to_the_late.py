"""Whoever cancels hands the goods over; who has given up at that moment does not take them.

Rejected by: test_goods_at_the_last_moment
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from multiprocessing.managers import BaseManager
from threading import Condition, Event


class OutOfStock(Exception):
    def __init__(self, article: str) -> None:
        super().__init__(article)
        self.article = article


class StockRoom:
    def __init__(self, stock: Mapping[str, int]) -> None:
        self._changed = Condition()
        self._free = dict(stock)
        self._waiting: list[tuple[dict[str, int], Event]] = []
        self._open: dict[int, dict[str, int]] = {}
        self._tickets = count(1)

    def reserve(self, order: Mapping[str, int], timeout: float = 0.0) -> int:
        order = dict(order)
        if not order or min(order.values()) < 1:
            raise ValueError(f"an order is one piece at least of each of its articles, not {order}")
        with self._changed:
            for article in order:
                self._free[article]
            if not self._short(order):
                return self._take(order)
            served = Event()
            self._waiting.append((order, served))
        in_time = served.wait(timeout)
        with self._changed:
            if not in_time:
                self._waiting = [waiting for waiting in self._waiting if waiting[1] is not served]
                raise OutOfStock(min(self._short(order), default=min(order)))
            return self._open_ticket(order)

    def _take(self, order: dict[str, int]) -> int:
        for article, pieces in order.items():
            self._free[article] -= pieces
        return self._open_ticket(order)

    def _open_ticket(self, order: dict[str, int]) -> int:
        ticket = next(self._tickets)
        self._open[ticket] = order
        return ticket

    def cancel(self, ticket: int) -> None:
        with self._changed:
            for article, pieces in self._open.pop(ticket).items():
                self._free[article] += pieces
            for order, served in list(self._waiting):
                if not self._short(order):
                    self._waiting.remove((order, served))
                    for article, pieces in order.items():
                        self._free[article] -= pieces
                    served.set()

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
        yield manager.StockRoom(dict(stock))  # type: ignore[attr-defined]
