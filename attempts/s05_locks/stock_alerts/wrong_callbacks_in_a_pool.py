"""Calls the callbacks in a pool and waits: no deadlock and no error lost, but the wrong thread.

Rejected by: test_against_a_model
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
        with ThreadPoolExecutor(max_workers=1) as pool:
            calls = [pool.submit(callback, symbol, price) for callback in callbacks]
        errors = [error for call in calls if isinstance(error := call.exception(), Exception)]
        if errors:
            raise ExceptionGroup(f"{len(errors)} of {len(callbacks)} callbacks failed", errors)
        return len(callbacks)
