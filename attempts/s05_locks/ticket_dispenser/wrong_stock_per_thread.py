"""Each terminal takes ten numbers in advance and hands out its own stock: none comes twice, but they jump.

Rejected by: test_no_number_twice_or_skipped
"""

from threading import Lock, local


class TicketDispenser:
    def __init__(self, first: int = 1) -> None:
        self._first = first
        self._reserved = 0
        self._taken = 0
        self._lock = Lock()
        self._mine = local()

    def take(self) -> int:
        return self.take_row(1)[0]

    def take_row(self, n: int) -> list[int]:
        if n < 1:
            raise ValueError(f"a row has at least one number, not {n}")
        stock = getattr(self._mine, "stock", [])
        with self._lock:
            self._taken += n
            if len(stock) < n:
                start = self._first + self._reserved
                self._reserved += 10
                stock = list(range(start, start + 10))
        self._mine.stock = stock[n:]
        return stock[:n]

    @property
    def issued(self) -> int:
        with self._lock:
            return self._taken
