"""Never changes a stock, but puts a new one in its place, and hands out the one that is in use: who changes that
changes the room.

Rejected by: test_model
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from multiprocessing.managers import BaseManager
from threading import Condition


class OutOfStock(Exception):
    """There is not enough of this article. Survives pickling: article, args and str() are the same afterwards."""

    def __init__(self, article: str) -> None:
        super().__init__(article)
        self.article = article


class StockRoom:
    """Goods that can be reserved, by any number of threads, or through a proxy by any number of processes."""

    def __init__(self, stock: Mapping[str, int]) -> None:
        """stock: how many pieces there are of each article. What becomes of the mapping later changes nothing here."""
        self._changed = Condition()
        self._free = dict(stock)
        self._open: dict[int, dict[str, int]] = {}
        self._tickets = count(1)

    def reserve(self, order: Mapping[str, int], timeout: float = 0.0) -> int:
        """Take all of the order (article -> pieces) or nothing; return a new ticket.

        Waits up to timeout seconds in all for cancelled goods; then OutOfStock(article), with the alphabetically first
        article that is short. No order of service is promised. KeyError for an unknown article, ValueError for an
        empty order or less than one piece (both at once, and nothing is taken).
        """
        order = dict(order)
        if not order or min(order.values()) < 1:
            raise ValueError(f"an order is one piece at least of each of its articles, not {order}")
        with self._changed:
            for article in order:
                self._free[article]
            if not self._changed.wait_for(lambda: not self._short(order), timeout):
                raise OutOfStock(min(self._short(order)))
            self._free = {article: pieces - order.get(article, 0) for article, pieces in self._free.items()}
            ticket = next(self._tickets)
            self._open[ticket] = order
            return ticket

    def cancel(self, ticket: int) -> None:
        """Put the goods back. KeyError unless the ticket is open."""
        with self._changed:
            order = self._open.pop(ticket)
            self._free = {article: pieces + order.get(article, 0) for article, pieces in self._free.items()}
            self._changed.notify_all()

    def ship(self, ticket: int) -> None:
        """The goods are gone for good. KeyError unless the ticket is open."""
        with self._changed:
            del self._open[ticket]

    def stock(self) -> dict[str, int]:
        """What is free now, with zeros: a copy, of one moment, and the caller's own."""
        with self._changed:
            return self._free

    def _short(self, order: Mapping[str, int]) -> list[str]:
        return [article for article, pieces in order.items() if self._free[article] < pieces]


class _Manager(BaseManager):
    pass


_Manager.register("StockRoom", StockRoom, exposed=("reserve", "cancel", "ship", "stock"))


@contextmanager
def stock_server(stock: Mapping[str, int]) -> Iterator[StockRoom]:
    """A manager process with one StockRoom; it ends with the block. stock can be pickled.

    Yields a proxy with exactly the four public methods, which can be passed to other processes. Their errors arrive as
    they were raised. A caller that waits in reserve does not hold up other clients, and a client that dies at any
    moment never blocks the others. (What it had reserved stays reserved.)
    """
    with _Manager() as manager:
        yield manager.StockRoom(dict(stock))  # type: ignore[attr-defined]
