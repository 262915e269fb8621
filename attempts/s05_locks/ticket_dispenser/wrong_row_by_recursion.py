"""Builds a row by recursion: one of a thousand is too deep.

Rejected by: test_long_row
"""

import threading

class TicketDispenser:
    def __init__(self, first=1):
        self._first = first
        self._taken = 0
        self._lock = threading.Lock()

    def take(self):
        with self._lock:
            number = self._first + self._taken
            self._taken += 1
            return number

    def take_row(self, n):
        if n < 1:
            raise ValueError("n < 1")
        with self._lock:
            start = self._first + self._taken
            self._taken += n
        def build(i):
            return [start + i, *build(i + 1)] if i < n else []
        return build(0)

    @property
    def issued(self):
        with self._lock:
            return self._taken
