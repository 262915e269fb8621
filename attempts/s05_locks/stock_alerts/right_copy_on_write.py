"""Keeps the watches in a tuple that is replaced and never changed: update needs no copy of it."""

from collections.abc import Callable
from threading import Lock

Callback = Callable[[str, int], object]


class PriceBoard:
    def __init__(self) -> None:
        self._lock = Lock()
        self._prices: dict[str, int] = {}
        self._watches: tuple[tuple[int, str, Callback], ...] = ()
        self._ids = 0

    def watch(self, symbol: str, callback: Callback) -> int:
        with self._lock:
            self._ids += 1
            self._watches = (*self._watches, (self._ids, symbol, callback))
            return self._ids

    def unwatch(self, watch_id: int) -> bool:
        with self._lock:
            before = self._watches
            self._watches = tuple(watch for watch in before if watch[0] != watch_id)
            return len(self._watches) < len(before)

    def price(self, symbol: str) -> int:
        with self._lock:
            return self._prices[symbol]

    def update(self, symbol: str, price: int) -> int:
        with self._lock:
            self._prices[symbol] = price
            watches = self._watches
        callbacks = [callback for _, watched, callback in watches if watched == symbol]
        errors = []
        for callback in callbacks:
            try:
                callback(symbol, price)
            except Exception as error:
                errors.append(error)
        if errors:
            raise ExceptionGroup(f"{len(errors)} of {len(callbacks)} callbacks failed", errors)
        return len(callbacks)
