"""Gives a family of nobody an empty list instead of ValueError; a row of -1 even hands numbers out again.

Rejected by: test_empty_row
"""

from threading import Lock


class TicketDispenser:
    def __init__(self, first: int = 1) -> None:
        self._first = first
        self._taken = 0
        self._lock = Lock()

    def take(self) -> int:
        with self._lock:
            self._taken += 1
            return self._first + self._taken - 1

    def take_row(self, n: int) -> list[int]:
        with self._lock:
            start = self._first + self._taken
            self._taken += n
        return list(range(start, start + n))

    @property
    def issued(self) -> int:
        with self._lock:
            return self._taken
