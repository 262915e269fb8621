"""Moves the counter, checks n afterwards and moves it back: for a moment others see the refused row.

Rejected by: test_refused_row_is_never_seen
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
        if n < 1:
            with self._lock:
                self._taken -= n
            raise ValueError(f"a row has at least one number, not {n}")
        return list(range(start, start + n))

    @property
    def issued(self) -> int:
        with self._lock:
            return self._taken
