"""Makes a new lock in every call: each thread locks a door of its own, and nobody is kept out.

Rejected by: test_no_number_twice_or_skipped
"""

from threading import Lock


class TicketDispenser:
    def __init__(self, first: int = 1) -> None:
        self._first = first
        self._taken = 0

    def take(self) -> int:
        with Lock():
            self._taken += 1
            return self._first + self._taken - 1

    def take_row(self, n: int) -> list[int]:
        if n < 1:
            raise ValueError(f"a row has at least one number, not {n}")
        with Lock():
            start = self._first + self._taken
            self._taken += n
        return list(range(start, start + n))

    @property
    def issued(self) -> int:
        with Lock():
            return self._taken
