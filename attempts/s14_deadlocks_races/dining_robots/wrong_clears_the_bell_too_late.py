"""Looks, and clears its bell afterwards: what a neighbour rang in between is not heard.

Rejected by: test_asks_as_a_job_ends
"""

from itertools import count
from threading import Event, Lock


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
        self._lock = Lock()
        self._numbers = count()
        self._tickets = {}
        self._working = set()
        self._bells = [Event() for _ in range(n)]

    def work(self, seat, job):
        if not 0 <= seat < self._n:
            raise IndexError(seat)
        beside = {(seat - 1) % self._n, (seat + 1) % self._n}
        with self._lock:
            mine = self._tickets[seat] = next(self._numbers)
        while not self._begins(seat, beside, mine):
            self._bells[seat].clear()
            self._bells[seat].wait()
        try:
            job()
        finally:
            with self._lock:
                self._working.remove(seat)
            for other in beside:
                self._bells[other].set()

    def _begins(self, seat, beside, mine):
        with self._lock:
            if self._working & beside or any(self._tickets.get(other, mine) < mine for other in beside):
                return False
            del self._tickets[seat]
            self._working.add(seat)
            return True
