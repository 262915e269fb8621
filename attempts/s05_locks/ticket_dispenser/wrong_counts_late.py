"""Counts for `issued` in a step of its own and without the lock: counts get lost, and it lags behind.

Rejected by: test_issued_never_lags
"""

from threading import Lock


class TicketDispenser:
    def __init__(self, first: int = 1) -> None:
        self._first = first
        self._taken = 0
        self._issued = 0
        self._lock = Lock()

    def take(self) -> int:
        return self.take_row(1)[0]

    def take_row(self, n: int) -> list[int]:
        if n < 1:
            raise ValueError(f"a row has at least one number, not {n}")
        with self._lock:
            start = self._first + self._taken
            self._taken += n
        self._issued += n
        return list(range(start, start + n))

    @property
    def issued(self) -> int:
        return self._issued
