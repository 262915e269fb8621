"""Both ways to take share a private helper that expects the lock to be held."""

from threading import Lock


class TicketDispenser:
    def __init__(self, first: int = 1) -> None:
        self._first = first
        self._taken = 0
        self._lock = Lock()

    def take(self) -> int:
        with self._lock:
            return self._next_number()

    def take_row(self, n: int) -> list[int]:
        if n < 1:
            raise ValueError(f"a row has at least one number, not {n}")
        with self._lock:
            return [self._next_number() for _ in range(n)]

    def _next_number(self) -> int:
        """Call this with the lock held."""
        self._taken += 1
        return self._first + self._taken - 1

    @property
    def issued(self) -> int:
        with self._lock:
            return self._taken
