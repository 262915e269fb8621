"""All cells share one state: robots of another cell are taken for neighbours.

Rejected by: test_cells_of_their_own
"""

from itertools import count
from threading import Condition


def deadlock_schedule(n):
    if n < 2:
        raise ValueError(n)
    return list(range(n))


def starving_schedule(n, rounds):
    if n < 4 or rounds < 0:
        raise ValueError(n, rounds)
    return [0] + [2, 1, 0, 0, 2] * rounds


class Cell:
    _numbers = count()
    _tickets = {}
    _working = set()
    _changed = Condition()

    def __init__(self, n):
        if n < 2:
            raise ValueError(n)
        self._n = n

    def work(self, seat, job):
        if not 0 <= seat < self._n:
            raise IndexError(seat)
        beside = {(seat - 1) % self._n, (seat + 1) % self._n}
        with self._changed:
            mine = self._tickets[seat] = next(self._numbers)
            self._changed.wait_for(
                lambda: not self._working & beside and all(self._tickets.get(other, mine) >= mine for other in beside)
            )
            del self._tickets[seat]
            self._working.add(seat)
        try:
            job()
        finally:
            with self._changed:
                self._working.remove(seat)
                self._changed.notify_all()
