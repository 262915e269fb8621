"""Waits a second for the lock, and goes on without it if that was not long enough.

Rejected by: test_a_slow_terminal
"""

from threading import Lock


class TicketDispenser:
    """Hands out first, first + 1, first + 2, ... to any number of threads."""

    def __init__(self, first: int = 1) -> None:
        """The first number may be any integer."""
        self._first = first
        self._taken = 0
        self._lock = Lock()  # one for all threads that share this dispenser

    def take(self) -> int:
        """The next number. No number is handed out twice, none is skipped."""
        locked = self._lock.acquire(timeout=1)
        try:
            self._taken += 1
            return self._first + self._taken - 1
        finally:
            if locked:
                self._lock.release()

    def take_row(self, n: int) -> list[int]:
        """The next n numbers, ascending, for one family: nobody else gets a number in between.

        ValueError if n < 1, and nothing is taken.
        """
        if n < 1:  # before the lock is taken: n belongs to this call alone
            raise ValueError(f"a row has at least one number, not {n}")
        with self._lock:
            start = self._first + self._taken
            self._taken += n
        return list(range(start, start + n))  # start and n are this call's own

    @property
    def issued(self) -> int:
        """How many numbers have been taken so far. What a call has returned is counted by then."""
        with self._lock:
            return self._taken
