"""Keeps the next number in a C double, which has no room for every integer, although the first may be any.

Rejected by: test_numbers_in_order
"""

from array import array
from threading import Lock


class TicketDispenser:
    def __init__(self, first: int = 1) -> None:
        self._lock = Lock()
        self._first = first
        self._following = array("d", [first])

    def take(self) -> int:
        return self.take_row(1)[0]

    def take_row(self, n: int) -> list[int]:
        if n < 1:
            raise ValueError("n < 1")
        with self._lock:
            start = int(self._following[0])
            self._following[0] = start + n
        return list(range(start, start + n))

    @property
    def issued(self) -> int:
        with self._lock:
            return int(self._following[0]) - self._first
