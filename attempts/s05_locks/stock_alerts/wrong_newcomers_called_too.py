"""Puts the lock down for each call but walks over the live watches: who registers meanwhile is called too.

Rejected by: test_watches_added_or_removed_by_a_callback
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
        errors = []
        count = 0
        last_id = 0
        with self._lock:
            self._prices[symbol] = price
        while True:
            with self._lock:
                ids = [watch_id for watch_id, (watched, _) in self._watches.items() if watched == symbol]
                later = [watch_id for watch_id in ids if watch_id > last_id]
                if not later:
                    break
                last_id = later[0]
                callback = self._watches[last_id][1]
            count += 1
            try:
                callback(symbol, price)
            except Exception as error:
                errors.append(error)
        if errors:
            raise ExceptionGroup(f"{len(errors)} of {count} callbacks failed", errors)
        return count
