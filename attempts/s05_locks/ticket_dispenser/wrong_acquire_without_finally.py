"""Refuses a bad row after acquire() and before release(): the error leaves with the key in its pocket.

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
        self._lock.acquire()
        if n < 1:
            raise ValueError(f"a row has at least one number, not {n}")
        start = self._first + self._taken
        self._taken += n
        self._lock.release()
        return list(range(start, start + n))

    @property
    def issued(self) -> int:
        with self._lock:
            return self._taken
