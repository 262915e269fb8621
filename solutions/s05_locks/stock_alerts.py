"""Decide under the lock whom to call, and call when the lock is free.

What a callback does is not ours to know. It may ask this very board for a price, it may start a thread that
does and wait for it, it may update another board whose callback updates this one. With our lock held each of
these can wait for ever. An RLock would let the same thread in again and leave all the others standing.

Storing the price and noting whom to call is one step, in one block. In two blocks, whichever comes first,
somebody can register in between: they read the old price and are not called, or read the new one and are
called for it as well.

The price of it: a callback may still be called after unwatch, by an update that began before. The docstring
says so.
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
        with self._lock:  # short, and only our own code runs in it
            self._prices[symbol] = price
            # A list of our own: the dict may change while we call.
            callbacks = [callback for watched, callback in self._watches.values() if watched == symbol]
        errors = []
        for callback in callbacks:  # the lock is free from here on
            try:
                callback(symbol, price)
            except Exception as error:
                errors.append(error)
        if errors:
            raise ExceptionGroup(f"{len(errors)} of {len(callbacks)} callbacks failed for {symbol}", errors)
        return len(callbacks)
