"""Write a stock room that hosts its own logic: several processes reserve from it, each call is one message.

Several shop processes reserve articles from one stock. With a managed dict and a managed lock, a process that dies
between acquire and release stops all the others for good, and a reservation costs half a dozen messages. So the logic
goes where the data is: into a class of your own that a manager hosts. Mind that the manager serves each client in a
thread of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class OutOfStock(Exception):
    """There is not enough of this article. Survives pickling: article, args and str() are the same afterwards."""

    def __init__(self, article: str) -> None:
        raise NotImplementedError  # TODO: what does pickle call to make it again?


class StockRoom:
    """Goods that can be reserved, by any number of threads, or through a proxy by any number of processes."""

    def __init__(self, stock: Mapping[str, int]) -> None:
        """stock: how many pieces there are of each article. What becomes of the mapping later changes nothing here."""
        raise NotImplementedError  # TODO

    def reserve(self, order: Mapping[str, int], timeout: float = 0.0) -> int:
        """Take all of the order (article -> pieces) or nothing; return a new ticket.

        Waits up to timeout seconds in all for cancelled goods; then OutOfStock(article), with the alphabetically first
        article that is short. No order of service is promised. KeyError for an unknown article, ValueError for an
        empty order or less than one piece (both at once, and nothing is taken).
        """
        raise NotImplementedError  # TODO

    def cancel(self, ticket: int) -> None:
        """Put the goods back. KeyError unless the ticket is open."""
        raise NotImplementedError  # TODO

    def ship(self, ticket: int) -> None:
        """The goods are gone for good. KeyError unless the ticket is open."""
        raise NotImplementedError  # TODO

    def stock(self) -> dict[str, int]:
        """What is free now, with zeros: a copy, of one moment, and the caller's own."""
        raise NotImplementedError  # TODO


@contextmanager
def stock_server(stock: Mapping[str, int]) -> Iterator[StockRoom]:
    """A manager process with one StockRoom; it ends with the block. stock can be pickled.

    Yields a proxy with exactly the four public methods, which can be passed to other processes. Their errors arrive as
    they were raised. A caller that waits in reserve does not hold up other clients, and a client that dies at any
    moment never blocks the others. (What it had reserved stays reserved.)
    """
    raise NotImplementedError  # TODO
