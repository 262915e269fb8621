"""Greedy, as it was: each robot holds its first gripper and waits for the next one.

Rejected by: test_full_ring_has_no_deadlock, test_no_deadlock
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
        self._grippers = [Lock() for _ in range(n)]

    def work(self, seat, job):
        if not 0 <= seat < self._n:
            raise IndexError(seat)
        with self._grippers[seat], self._grippers[(seat + 1) % self._n]:
            job()
