"""Collects the errors on the board: an update that comes in between throws away those of another one.

Rejected by: test_update_within_a_failing_update
"""

from collections.abc import Callable
from threading import Lock

Callback = Callable[[str, int], object]


class PriceBoard:
    def __init__(self) -> None:
        self._lock = Lock()
        self._errors: list[Exception] = []
        self._prices: dict[str, int] = {}
        self._watches: dict[int, tuple[str, Callback]] = {}
        self._ids = 0

    def watch(self, symbol: str, callback: Callback) -> int:
        with self._lock:
            self._ids += 1
            self._watches[self._ids] = (symbol, callback)
            return self._ids

    def unwatch(self, watch_id: int) -> bool:
        with self._lock:
            return self._watches.pop(watch_id, None) is not None

    def price(self, symbol: str) -> int:
        with self._lock:
            return self._prices[symbol]

    def update(self, symbol: str, price: int) -> int:
        with self._lock:
            self._prices[symbol] = price
            callbacks = [callback for watched, callback in self._watches.values() if watched == symbol]
        self._errors.clear()
        for callback in callbacks:
            try:
                callback(symbol, price)
            except Exception as error:
                self._errors.append(error)
        if self._errors:
            raise ExceptionGroup(f"{len(self._errors)} of {len(callbacks)} callbacks failed", self._errors)
        return len(callbacks)
