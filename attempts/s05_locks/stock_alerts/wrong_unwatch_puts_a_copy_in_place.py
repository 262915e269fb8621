"""To remove a watch the others are copied without the lock: what was registered meanwhile is lost.

Rejected by: test_widgets_come_and_go
"""

from threading import Lock


class PriceBoard:
    def __init__(self):
        self._lock = Lock()
        self._prices = {}
        self._watches = {}
        self._ids = 0

    def watch(self, symbol, callback):
        with self._lock:
            self._ids += 1
            self._watches[self._ids] = (symbol, callback)
            return self._ids

    def unwatch(self, watch_id):
        left = {i: w for i, w in list(self._watches.items()) if i != watch_id}
        with self._lock:
            found = watch_id in self._watches
            self._watches = left
            return found

    def price(self, symbol):
        with self._lock:
            return self._prices[symbol]

    def update(self, symbol, price):
        with self._lock:
            self._prices[symbol] = price
            todo = [cb for s, cb in self._watches.values() if s == symbol]
        errors = []
        for callback in todo:
            try:
                callback(symbol, price)
            except Exception as error:
                errors.append(error)
        if errors:
            raise ExceptionGroup("callbacks failed", errors)
        return len(todo)
