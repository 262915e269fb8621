"""A robot whose job failed keeps its number for the next try, and goes before those who wait, again and again.

Rejected by: test_who_fails_goes_to_the_end_of_the_line
"""

from threading import Condition


def deadlock_schedule(n):
    if n < 2:
        raise ValueError(n)
    return list(range(n))


def starving_schedule(n, rounds):
    if n < 4 or rounds < 0:
        raise ValueError((n, rounds))
    return [0] + [2, 1, 0, 0, 1, 2] * rounds


class Cell:
    def __init__(self, n):
        if n < 2:
            raise ValueError(n)
        self._n = n
        self._cond = Condition()
        self._ticket = [None] * n
        self._busy = [False] * n
        self._next = 0
        self._number = [None] * n

    def _neighbours(self, seat):
        return {(seat - 1) % self._n, (seat + 1) % self._n}

    def _may(self, seat):
        mine = self._ticket[seat]
        for other in self._neighbours(seat):
            if self._busy[other]:
                return False
            theirs = self._ticket[other]
            if theirs is not None and theirs < mine:
                return False
        return True

    def work(self, seat, job):
        if not 0 <= seat < self._n:
            raise IndexError(seat)
        with self._cond:
            if self._number[seat] is None:
                self._number[seat] = self._next
                self._next += 1
            self._ticket[seat] = self._number[seat]
            self._cond.wait_for(lambda: self._may(seat))
            self._ticket[seat] = None
            self._busy[seat] = True
        try:
            job()
            self._number[seat] = None
        finally:
            with self._cond:
                self._busy[seat] = False
                self._cond.notify_all()
