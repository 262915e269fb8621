"""Moves the counter on under the lock, then works the row out from wherever the counter is by then.

Rejected by: test_rows_are_consecutive
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
        if n < 1:
            raise ValueError(f"a row has at least one number, not {n}")
        with self._lock:
            self._taken += n
        end = self._first + self._taken
        return list(range(end - n, end))

    @property
    def issued(self) -> int:
        with self._lock:
            return self._taken
