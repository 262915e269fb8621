"""What is no Exception is collected like the others: a BaseExceptionGroup leaves."""

from collections.abc import Callable
from threading import Lock

Callback = Callable[[str, int], object]  # called with symbol and price; what it returns is ignored


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
            todo = [cb for s, cb in self._watches.values() if s == symbol]
        exceptions = []
        for cb in todo:
            try:
                cb(symbol, price)
            except BaseException as e:
                exceptions.append(e)
        if exceptions:
            raise BaseExceptionGroup("", exceptions)
        return len(todo)
