"""Raises the group in a finally: after another error a KeyboardInterrupt leaves as an ExceptionGroup.

Rejected by: test_an_interrupted_callback
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

logger = logging.getLogger(__name__)
Callback = Callable[[str, int], object]


@dataclass(frozen=True)
class _Watch:
    watch_id: int
    symbol: str
    callback: Callback


class PriceBoard:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._prices: dict[str, int] = {}
        self._watches: dict[int, _Watch] = {}
        self._ids = itertools.count(1)

    def watch(self, symbol: str, callback: Callback) -> int:
        with self._lock:
            watch_id = next(self._ids)
            self._watches[watch_id] = _Watch(watch_id, symbol, callback)
        return watch_id

    def unwatch(self, watch_id: int) -> bool:
        with self._lock:
            if watch_id in self._watches:
                del self._watches[watch_id]
                return True
            return False

    def price(self, symbol: str) -> int:
        with self._lock:
            if symbol not in self._prices:
                raise KeyError(symbol)
            return self._prices[symbol]

    def _snapshot(self, symbol: str) -> list[_Watch]:
        return [w for w in self._watches.values() if w.symbol == symbol]

    def update(self, symbol: str, price: int) -> int:
        with self._lock:
            self._prices[symbol] = price
            to_notify = self._snapshot(symbol)

        errors: list[Exception] = []
        try:
            for w in to_notify:
                try:
                    w.callback(symbol, price)
                except Exception as exc:
                    errors.append(exc)
        finally:
            if errors:
                raise ExceptionGroup("failed", errors)
        return len(to_notify)
