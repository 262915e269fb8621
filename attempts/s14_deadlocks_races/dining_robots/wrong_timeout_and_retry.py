"""Puts the first gripper back when the second one does not come: never a deadlock, and no end to trying.

Rejected by: test_nobody_is_overtaken_for_ever
"""

import time
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
        first, second = self._grippers[seat], self._grippers[(seat + 1) % self._n]
        while True:
            first.acquire()
            if second.acquire(timeout=0.1):
                break
            first.release()
            time.sleep(0.1 + seat / 100)
        try:
            job()
        finally:
            second.release()
            first.release()
