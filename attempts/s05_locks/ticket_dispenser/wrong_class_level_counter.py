"""Keeps the counter on the class: all offices draw from one roll.

Rejected by: test_two_dispensers
"""

from threading import Lock


class TicketDispenser:
    _lock = Lock()
    _taken = 0

    def __init__(self, first: int = 1) -> None:
        self._first = first
        TicketDispenser._taken = 0

    def take(self) -> int:
        return self.take_row(1)[0]

    def take_row(self, n: int) -> list[int]:
        if n < 1:
            raise ValueError(f"a row has at least one number, not {n}")
        with self._lock:
            start = self._first + TicketDispenser._taken
            TicketDispenser._taken += n
        return list(range(start, start + n))

    @property
    def issued(self) -> int:
        with self._lock:
            return TicketDispenser._taken
