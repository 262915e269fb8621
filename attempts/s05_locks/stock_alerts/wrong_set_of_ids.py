"""Collects the ids in a set, which is in order while the numbers are small: 8 comes before 4.

Rejected by: test_among_many_others
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
            ids = {i for i, (watched, _) in self._watches.items() if watched == symbol}
            callbacks = [self._watches[i][1] for i in ids]
        errors: list[Exception] = []
        for callback in callbacks:
            try:
                callback(symbol, price)
            except Exception as error:
                errors.append(error)
        if errors:
            raise ExceptionGroup(f"{len(errors)} callbacks failed", errors)
        return len(callbacks)
