"""After a refused row there is a new lock, while somebody is still inside by the old one.

Rejected by: test_refused_row_is_never_seen
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
            self._lock = Lock()
            raise ValueError(f"a family of {n}")
        with self._lock:
            start = self._first + self._taken
            self._taken += n
            return list(range(start, start + n))

    @property
    def issued(self) -> int:
        with self._lock:
            return self._taken
