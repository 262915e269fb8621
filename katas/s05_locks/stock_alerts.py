"""Repair the price board, so that no lock is held while somebody else's code runs.

A trading screen lets widgets watch prices: each widget gives the board a callback. It ran for weeks. Then
came a widget that reads a second price inside its callback, and the whole application froze. The lock is the
right one; the place is wrong.
"""

from collections.abc import Callable
from threading import Lock

Callback = Callable[[str, int], object]  # called with symbol and price; what it returns is ignored


class PriceBoard:
    """The latest price of each symbol, and who wants to hear of it. For any number of threads and boards."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._prices: dict[str, int] = {}
        self._watches: dict[int, tuple[str, Callback]] = {}
        self._ids = 0

    def watch(self, symbol: str, callback: Callback) -> int:
        """Register a watch and return its id, which is never used twice.

        The same callback may be registered several times: each time is a watch of its own.
        """
        with self._lock:
            self._ids += 1
            self._watches[self._ids] = (symbol, callback)
            return self._ids

    def unwatch(self, watch_id: int) -> bool:
        """Remove the watch; True if it was registered.

        An update that is under way when it is removed may still call it or not. No later update calls it.
        """
        with self._lock:
            return self._watches.pop(watch_id, None) is not None

    def price(self, symbol: str) -> int:
        """The last stored price. KeyError if there is none."""
        with self._lock:
            return self._prices[symbol]

    def update(self, symbol: str, price: int) -> int:
        """Store the price and tell those who watch; return how many callbacks were called.

        - callback(symbol, price) is called for exactly those watches on symbol that were registered at the
          moment the price was stored: in this thread, in the order of registration. When update returns, all
          of them are over.
        - A callback that raises an Exception does not stop the others. When all have been called, the errors
          leave as one ExceptionGroup, in the order of the calls. The price stays stored.
        - No lock of the board is held during a callback: callbacks, and other threads meanwhile, use the
          board as they like.
        """
        with self._lock:
            self._prices[symbol] = price
            called = 0
            for watched, callback in self._watches.values():
                if watched == symbol:
                    callback(symbol, price)  # TODO: whose code runs here? What is locked meanwhile?
                    called += 1
            return called
