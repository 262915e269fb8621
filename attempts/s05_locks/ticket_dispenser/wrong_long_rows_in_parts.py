"""A long row is taken fifty numbers at a time, and somebody gets one in between.

Rejected by: test_rows_are_consecutive
"""

from threading import Lock


class TicketDispenser:
    """Hands out first, first + 1, first + 2, ... to any number of threads."""

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
            raise ValueError(n)
        row: list[int] = []
        while len(row) < n:
            with self._lock:
                start = self._first + self._taken
                some = min(50, n - len(row))
                self._taken += some
            row += range(start, start + some)
        return row

    @property
    def issued(self) -> int:
        with self._lock:
            return self._taken
