"""Reads `issued` without the lock: it is one attribute, and nobody can see it half written."""

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
            start = self._first + self._taken
            self._taken += n
        return list(range(start, start + n))

    @property
    def issued(self) -> int:
        return self._taken
