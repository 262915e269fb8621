"""Takes a watch for missing if its callback is false, as an empty list that can be called.

Rejected by: test_same_callback_twice
"""

import threading

class PriceBoard:
    def __init__(self):
        self._lock = threading.Lock()
        self._prices = {}
        self._watches = {}
        self._ids = 0

    def watch(self, symbol, callback):
        with self._lock:
            self._ids += 1
            self._watches[self._ids] = (symbol, callback)
            return self._ids

    def unwatch(self, watch_id):
        with self._lock:
            return bool(self._watches.pop(watch_id, (0, None))[1])

    def price(self, symbol):
        with self._lock:
            return self._prices[symbol]

    def update(self, symbol, price):
        with self._lock:
            self._prices[symbol] = price
            callbacks = [c for s, c in self._watches.values() if s == symbol]
        errors = []
        for callback in callbacks:
            try:
                callback(symbol, price)
            except Exception as e:
                errors.append(e)
        if errors:
            raise ExceptionGroup("callbacks failed", errors)
        return len(callbacks)
