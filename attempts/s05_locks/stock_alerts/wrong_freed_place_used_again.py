"""A new watch gets the place of one that has left, and is called before older ones.

Rejected by: test_among_many_others
"""

from threading import Lock


class PriceBoard:
    def __init__(self):
        self._lock = Lock()
        self._prices = {}
        self._watches = {}
        self._ids = 0
        self._slots = []

    def watch(self, symbol, callback):
        with self._lock:
            self._ids += 1
            for place, entry in enumerate(self._slots):
                if entry is None:
                    self._slots[place] = (self._ids, symbol, callback)
                    break
            else:
                self._slots.append((self._ids, symbol, callback))
            return self._ids

    def unwatch(self, watch_id):
        with self._lock:
            for place, entry in enumerate(self._slots):
                if entry is not None and entry[0] == watch_id:
                    self._slots[place] = None
                    return True
            return False

    def price(self, symbol):
        with self._lock:
            return self._prices[symbol]

    def update(self, symbol, price):
        with self._lock:
            self._prices[symbol] = price
            todo = [e[2] for e in self._slots if e is not None and e[1] == symbol]
        errors = []
        for callback in todo:
            try:
                callback(symbol, price)
            except Exception as error:
                errors.append(error)
        if errors:
            raise ExceptionGroup("callbacks failed", errors)
        return len(todo)
