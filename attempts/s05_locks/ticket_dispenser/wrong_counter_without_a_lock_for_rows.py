"""itertools.count() hands out single numbers safely, but a row of them is still ticket by ticket.

Rejected by: test_rows_are_consecutive
"""

from itertools import count
from threading import Lock


class TicketDispenser:
    def __init__(self, first: int = 1) -> None:
        self._numbers = count(first)
        self._taken = 0
        self._lock = Lock()

    def take(self) -> int:
        with self._lock:
            self._taken += 1
        return next(self._numbers)

    def take_row(self, n: int) -> list[int]:
        if n < 1:
            raise ValueError(f"a row has at least one number, not {n}")
        return [self.take() for _ in range(n)]

    @property
    def issued(self) -> int:
        with self._lock:
            return self._taken
