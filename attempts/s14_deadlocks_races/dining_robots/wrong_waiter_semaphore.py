"""At most n - 1 at the table: no deadlock, and nobody says whose turn it is.

Rejected by: test_nobody_is_overtaken_for_ever
"""

from threading import Lock, Semaphore


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
        self._grippers = [Lock() for _ in range(n)]
        self._table = Semaphore(n - 1)

    def work(self, seat, job):
        if not 0 <= seat < self._n:
            raise IndexError(seat)
        with self._table, self._grippers[seat], self._grippers[(seat + 1) % self._n]:
            job()
