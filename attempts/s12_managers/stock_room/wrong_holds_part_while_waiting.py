"""An order that waits takes what is there, and keeps it while it waits for the rest.

Rejected by: test_waiting_ends_in_time
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
        self._open: dict[int, dict[str, int]] = {}
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()

    def reserve(self, order: Mapping[str, int], timeout: float = 0.0) -> int:
        order = dict(order)
        if not order:
            raise ValueError("an empty order")
        deadline = time.monotonic() + timeout
        with self._changed:
            for article, pieces in order.items():
                if article not in self._free:
                    raise KeyError(article)
                if pieces < 1:
                    raise ValueError(f"{pieces} pieces of {article}")
            need = dict(order)
            got = dict.fromkeys(order, 0)
            while True:
                for article in order:
                    take = min(need[article], self._free[article])
                    self._free[article] -= take
                    got[article] += take
                    need[article] -= take
                short = sorted(a for a in need if need[a])
                if not short:
                    break
                rest = deadline - time.monotonic()
                if rest <= 0:
                    for article in order:
                        self._free[article] += got[article]
                    self._changed.notify_all()
                    raise OutOfStock(short[0])
                self._changed.wait(min(rest, threading.TIMEOUT_MAX))
            ticket = next(self._numbers)
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
    """Hosts the room."""


_Manager.register("StockRoom", StockRoom, exposed=("reserve", "cancel", "ship", "stock"))


@contextmanager
def stock_server(stock: Mapping[str, int]) -> Iterator[StockRoom]:
    with _Manager() as manager:
        yield manager.StockRoom(dict(stock))
