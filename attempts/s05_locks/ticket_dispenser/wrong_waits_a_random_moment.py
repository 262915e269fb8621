"""Sleeps a little instead of locking: two threads may wake at the same moment.

Rejected by: test_no_number_twice_or_skipped
"""

import random
import time


class TicketDispenser:
    def __init__(self, first: int = 1) -> None:
        self._first = first
        self._taken = 0

    def take(self) -> int:
        return self.take_row(1)[0]

    def take_row(self, n: int) -> list[int]:
        if n < 1:
            raise ValueError(f"a row has at least one number, not {n}")
        time.sleep(random.random() / 1000)
        start = self._first + self._taken
        self._taken += n
        return list(range(start, start + n))

    @property
    def issued(self) -> int:
        return self._taken
