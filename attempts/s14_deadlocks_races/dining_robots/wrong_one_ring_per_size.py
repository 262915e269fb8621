"""Builds the ring once for each size: two cells of one size share their grippers.

Rejected by: test_cells_of_their_own
"""

from collections import deque
from contextlib import contextmanager
from threading import Event, Lock


def deadlock_schedule(n: int) -> list[int]:
    if n < 2:
        raise ValueError(n)
    return list(reversed(range(n)))


def starving_schedule(n: int, rounds: int) -> list[int]:
    if n < 4 or rounds < 0:
        raise ValueError((n, rounds))
    return [0, 2] + [1, 0, 0, 2, 2] * rounds


from functools import lru_cache


@lru_cache
def _ring(n):
    return [deque() for _ in range(n)]


class Cell:
    def __init__(self, n):
        if n < 2:
            raise ValueError(n)
        self._queues = _ring(n)
        self._guard = Lock()

    @contextmanager
    def _both(self, seat):
        ends = (self._queues[seat], self._queues[(seat + 1) % len(self._queues)])
        me = Event()
        mine = (me, ends)
        with self._guard:
            for q in ends:
                q.append(mine)
            if all(q[0] is mine for q in ends):
                me.set()
        me.wait()
        try:
            yield
        finally:
            with self._guard:
                for q in ends:
                    q.popleft()
                for q in ends:
                    if q and all(x[0] is q[0] for x in q[0][1]):
                        q[0][0].set()

    def work(self, seat, job):
        if seat < 0 or seat >= len(self._queues):
            raise IndexError(seat)
        with self._both(seat):
            job()
