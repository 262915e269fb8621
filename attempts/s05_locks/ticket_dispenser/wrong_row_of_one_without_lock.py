"""A row of one is left to a short cut that forgot the lock.

Rejected by: test_rows_are_consecutive
"""

from threading import Lock


class TicketDispenser:
    def __init__(self, first: int = 1) -> None:
        self._lock = Lock()
        self._first = first
        self._taken = 0

    def take(self) -> int:
        with self._lock:
            self._taken += 1
            return self._first + self._taken - 1

    def take_row(self, n: int) -> list[int]:
        if n < 1:
            raise ValueError("n < 1")
        if n == 1:
            self._taken += 1
            return [self._first + self._taken - 1]
        with self._lock:
            start = self._first + self._taken
            self._taken += n
        return list(range(start, start + n))

    @property
    def issued(self) -> int:
        with self._lock:
            return self._taken
