"""A lock for each article, taken in sorted order; who waits looks again after each cancel.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import count
from multiprocessing.managers import BaseManager
from threading import Condition, Lock


class OutOfStock(Exception):
    def __init__(self, article: str) -> None:
        super().__init__(article)
        self.article = article


class StockRoom:
    def __init__(self, stock: Mapping[str, int]) -> None:
        self._locks = {article: Lock() for article in sorted(stock)}
        self._cancelled = Condition()
        self._cancels = 0
        self._free = dict(stock)
        self._open: dict[int, dict[str, int]] = {}
        self._tickets = count(1)

    def reserve(self, order: Mapping[str, int], timeout: float = 0.0) -> int:
        order = dict(order)
        if not order or min(order.values()) < 1:
            raise ValueError(f"an order is one piece at least of each of its articles, not {order}")
        end = time.monotonic() + timeout
        while True:
            with self._cancelled:
                seen = self._cancels
            with self._holding(order):
                short = sorted(article for article, pieces in order.items() if self._free[article] < pieces)
                if not short:
                    for article, pieces in order.items():
                        self._free[article] -= pieces
                    ticket = next(self._tickets)
                    self._open[ticket] = order
                    return ticket
            with self._cancelled:
                if not self._cancelled.wait_for(lambda seen=seen: self._cancels != seen, end - time.monotonic()):
                    raise OutOfStock(short[0])

    def cancel(self, ticket: int) -> None:
        order = self._open.pop(ticket)
        with self._holding(order):
            for article, pieces in order.items():
                self._free[article] += pieces
        with self._cancelled:
            self._cancels += 1
            self._cancelled.notify_all()

    def ship(self, ticket: int) -> None:
        del self._open[ticket]

    def stock(self) -> dict[str, int]:
        with self._holding(self._free):
            return dict(self._free)

    @contextmanager
    def _holding(self, articles: Iterable[str]) -> Iterator[None]:
        with ExitStack() as stack:
            for article in sorted(articles):
                stack.enter_context(self._locks[article])
            yield


class _Manager(BaseManager):
    pass


_Manager.register("StockRoom", StockRoom, exposed=("reserve", "cancel", "ship", "stock"))


@contextmanager
def stock_server(stock: Mapping[str, int]) -> Iterator[StockRoom]:
    with _Manager() as manager:
        yield manager.StockRoom(dict(stock))  # type: ignore[attr-defined]
