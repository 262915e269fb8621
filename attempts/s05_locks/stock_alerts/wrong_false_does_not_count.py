"""Asks what a callback returned: one that returned False is not counted.

Rejected by: test_against_a_model
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
            return self._watches.pop(watch_id, None) is not None

    def price(self, symbol):
        with self._lock:
            return self._prices[symbol]

    def update(self, symbol, price):
        with self._lock:
            self._prices[symbol] = price
            callbacks = [c for s, c in self._watches.values() if s == symbol]
        errors = []
        called = 0
        for callback in callbacks:
            try:
                if callback(symbol, price) is not False:
                    called += 1
            except Exception as e:
                errors.append(e)
        if errors:
            raise ExceptionGroup("callbacks failed", errors)
        return called
