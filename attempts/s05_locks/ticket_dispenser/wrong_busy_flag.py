"""A lock of its own making: between the look at the flag and setting it somebody else can do the same.

Rejected by: test_no_number_twice_or_skipped
"""

class TicketDispenser:
    def __init__(self, first: int = 1) -> None:
        self._first = first
        self._taken = 0
        self._busy = False

    def take(self) -> int:
        return self.take_row(1)[0]

    def take_row(self, n: int) -> list[int]:
        if n < 1:
            raise ValueError(f"a row has at least one number, not {n}")
        while self._busy:
            pass
        self._busy = True
        start = self._first + self._taken
        self._taken += n
        self._busy = False
        return list(range(start, start + n))

    @property
    def issued(self) -> int:
        return self._taken
