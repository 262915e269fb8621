"""One lock for the whole ring: robots that are no neighbours wait for each other.

Rejected by: test_half_the_ring_works
"""

from threading import Lock


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

    def work(self, seat, job):
        if not 0 <= seat < self._n:
            raise IndexError(seat)
        with self._lock:
            job()
