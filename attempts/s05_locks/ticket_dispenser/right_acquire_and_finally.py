"""acquire() and release() by hand, with a finally that gives the lock back whatever happens."""

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
        try:
            if n < 1:
                raise ValueError(f"a row has at least one number, not {n}")
            start = self._first + self._taken
            self._taken += n
            return list(range(start, start + n))
        finally:
            self._lock.release()

    @property
    def issued(self) -> int:
        with self._lock:
            return self._taken
