"""Keeps the watches of each symbol apart, and copies only those of the symbol that changed."""

from collections import defaultdict
from collections.abc import Callable
from threading import Lock

Callback = Callable[[str, int], object]


class PriceBoard:
    def __init__(self) -> None:
        self._lock = Lock()
        self._prices: dict[str, int] = {}
        self._symbols: dict[int, str] = {}
        self._watches: defaultdict[str, dict[int, Callback]] = defaultdict(dict)
        self._ids = 0

    def watch(self, symbol: str, callback: Callback) -> int:
        with self._lock:
            self._ids += 1
            self._symbols[self._ids] = symbol
            self._watches[symbol][self._ids] = callback
            return self._ids

    def unwatch(self, watch_id: int) -> bool:
        with self._lock:
            if watch_id not in self._symbols:
                return False
            del self._watches[self._symbols.pop(watch_id)][watch_id]
            return True

    def price(self, symbol: str) -> int:
        with self._lock:
            return self._prices[symbol]

    def update(self, symbol: str, price: int) -> int:
        with self._lock:
            self._prices[symbol] = price
            callbacks = list(self._watches[symbol].values())
        errors = []
        for callback in callbacks:
            try:
                callback(symbol, price)
            except Exception as error:
                errors.append(error)
        if errors:
            raise ExceptionGroup(f"{len(errors)} of {len(callbacks)} callbacks failed", errors)
        return len(callbacks)
