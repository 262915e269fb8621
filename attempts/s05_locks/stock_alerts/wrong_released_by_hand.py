"""Releases the lock by hand inside its with: after a KeyboardInterrupt it is released once too often.

Rejected by: test_an_interrupted_callback
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
            for callback in callbacks:
                self._lock.release()
                try:
                    callback(symbol, price)
                except Exception as e:
                    errors.append(e)
                self._lock.acquire()
        if errors:
            raise ExceptionGroup("callbacks failed", errors)
        return len(callbacks)
