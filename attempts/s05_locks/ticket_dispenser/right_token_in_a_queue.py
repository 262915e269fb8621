"""The counter itself lies in a queue: who has taken it out is the only one who has it."""

from queue import SimpleQueue


class TicketDispenser:
    def __init__(self, first: int = 1) -> None:
        self._first = first
        self._following: SimpleQueue[int] = SimpleQueue()
        self._following.put(first)

    def take(self) -> int:
        return self.take_row(1)[0]

    def take_row(self, n: int) -> list[int]:
        if n < 1:
            raise ValueError(f"a row has at least one number, not {n}")
        start = self._following.get()
        self._following.put(start + n)
        return list(range(start, start + n))

    @property
    def issued(self) -> int:
        following = self._following.get()
        self._following.put(following)
        return following - self._first
