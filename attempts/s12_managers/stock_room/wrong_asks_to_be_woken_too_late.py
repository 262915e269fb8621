"""Looks for the goods under the lock, but asks to be woken after it: what comes back in between wakes nobody.

Rejected by: test_goods_at_the_first_moment
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
        self.article = article
        Exception.__init__(self, article)

    def __str__(self) -> str:
        return f"not enough of {self.article!r}"


class StockRoom:
    def __init__(self, stock):
        self.__room = dict(stock.items())
        self.__orders = {}
        self.__last = 0
        self.__lock = threading.Lock()
        self.__bells = []

    def reserve(self, order, timeout=0.0):
        wanted = {article: order[article] for article in order}
        if len(wanted) == 0 or any(pieces <= 0 for pieces in wanted.values()):
            raise ValueError(f"a strange order: {wanted}")
        if unknown := wanted.keys() - self.__room.keys():
            raise KeyError(*unknown) if len(unknown) == 1 else KeyError(sorted(unknown))
        deadline = time.monotonic() + timeout
        while True:
            with self.__lock:
                missing = sorted(article for article in wanted if wanted[article] > self.__room[article])
                if not missing:
                    for article in wanted:
                        self.__room[article] -= wanted[article]
                    self.__last += 1
                    self.__orders[self.__last] = wanted
                    return self.__last
                left = deadline - time.monotonic()
                if left <= 0:
                    raise OutOfStock(missing[0])
            bell = threading.Event()
            self.__bells.append(bell)
            bell.wait(left)

    def cancel(self, ticket):
        with self.__lock:
            if ticket not in self.__orders:
                raise KeyError(ticket)
            for article, pieces in self.__orders.pop(ticket).items():
                self.__room[article] += pieces
            bells, self.__bells = self.__bells, []
        for bell in bells:
            bell.set()

    def ship(self, ticket):
        with self.__lock:
            self.__orders.pop(ticket)

    def stock(self):
        with self.__lock:
            return self.__room.copy()


class _Desk(SyncManager):
    """Hosts rooms."""


_Desk.register("room", StockRoom, exposed=["cancel", "reserve", "ship", "stock"])


@contextmanager
def stock_server(stock):
    desk = _Desk()
    desk.start()
    try:
        yield desk.room(stock)
    finally:
        desk.shutdown()
