"""list.remove: of the same callback registered twice the first one goes, and the order is another one.

Rejected by: test_against_a_model
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
        self._watches: list = []
        self._of: dict[int, tuple] = {}
        self._ids = itertools.count(1)

    def watch(self, symbol: str, callback: Callback) -> int:
        with self._lock:
            watch_id = next(self._ids)
            self._of[watch_id] = (symbol, callback)
            self._watches.append((symbol, callback))
        return watch_id

    def unwatch(self, watch_id: int) -> bool:
        with self._lock:
            if watch_id in self._of:
                self._watches.remove(self._of.pop(watch_id))
                return True
            return False

    def price(self, symbol: str) -> int:
        with self._lock:
            if symbol not in self._prices:
                raise KeyError(symbol)
            return self._prices[symbol]

    def _snapshot(self, symbol: str) -> list[_Watch]:
        return [_Watch(0, *w) for w in self._watches if w[0] == symbol]

    def update(self, symbol: str, price: int) -> int:
        with self._lock:
            self._prices[symbol] = price
            to_notify = self._snapshot(symbol)

        errors: list[Exception] = []
        for w in to_notify:
            try:
                w.callback(symbol, price)
            except Exception as exc:  # noqa: BLE001
                logger.debug("watch %d failed", w.watch_id, exc_info=True)
                errors.append(exc)
        if errors:
            raise ExceptionGroup(f"{len(errors)} callback(s) failed for {symbol!r}", errors)
        return len(to_notify)
