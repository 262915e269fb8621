"""One clerk does all the counting: a pool of one thread, which ends with the dispenser."""

from concurrent.futures import ThreadPoolExecutor


class TicketDispenser:
    def __init__(self, first: int = 1) -> None:
        self._clerk = ThreadPoolExecutor(1)
        self._first = self._next = first

    def _hand_out(self, n: int) -> list[int]:
        row = list(range(self._next, self._next + n))
        self._next += n
        return row

    def take(self) -> int:
        return self._clerk.submit(self._hand_out, 1).result()[0]

    def take_row(self, n: int) -> list[int]:
        if n < 1:
            raise ValueError(f"a row has at least one number, not {n}")
        return self._clerk.submit(self._hand_out, n).result()

    @property
    def issued(self) -> int:
        return self._next - self._first
