"""The lower gripper first: no deadlock, but who puts a gripper down takes it again before the other is awake.

Rejected by: test_nobody_is_overtaken_for_ever
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
        first, second = sorted((seat, (seat + 1) % self._n))
        with self._grippers[first], self._grippers[second]:
            job()
