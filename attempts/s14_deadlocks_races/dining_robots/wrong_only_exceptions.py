"""Puts the grippers down after an Exception only: a job that calls sys.exit() keeps them.

Rejected by: test_a_failure_lets_the_neighbours_in
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
    def __init__(self, n):
        if n < 2:
            raise ValueError(n)
        self._n = n
        self._numbers = count()
        self._tickets = {}
        self._working = set()
        self._changed = Condition()

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
        except Exception:
            self._put_down(seat)
            raise
        self._put_down(seat)

    def _put_down(self, seat):
        with self._changed:
            self._working.remove(seat)
            self._changed.notify_all()
