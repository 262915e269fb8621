"""Counts the calls on the board: an update that comes in between begins to count from zero.

Rejected by: test_callback_may_use_the_board, test_two_symbols_at_once
"""

from collections.abc import Callable
from threading import Lock

Callback = Callable[[str, int], object]


class PriceBoard:
    def __init__(self) -> None:
        self._lock = Lock()
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
        errors = []
        self._called = 0
        for callback in callbacks:
            try:
                self._called += 1
                callback(symbol, price)
            except Exception as error:
                errors.append(error)
        if errors:
            raise ExceptionGroup(f"{len(errors)} of {len(callbacks)} callbacks failed for {symbol}", errors)
        return self._called
