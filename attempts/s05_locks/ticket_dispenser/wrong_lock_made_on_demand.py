"""Makes the lock when it is first needed: two threads may both find none, and each makes its own.

Rejected by: test_no_number_twice_or_skipped
"""

from threading import Lock


class TicketDispenser:
    def __init__(self, first: int = 1) -> None:
        self._first = first
        self._taken = 0
        self._lock: Lock | None = None

    def _the_lock(self) -> Lock:
        if self._lock is None:
            self._lock = Lock()
        return self._lock

    def take(self) -> int:
        return self.take_row(1)[0]

    def take_row(self, n: int) -> list[int]:
        if n < 1:
            raise ValueError(f"a row has at least one number, not {n}")
        with self._the_lock():
            start = self._first + self._taken
            self._taken += n
        return list(range(start, start + n))

    @property
    def issued(self) -> int:
        with self._the_lock():
            return self._taken
