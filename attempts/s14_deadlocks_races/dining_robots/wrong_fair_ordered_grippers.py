"""First come, first served at each gripper: who waits for the first one is in no line for the second.

Rejected by: test_nobody_is_overtaken_for_ever
"""

from collections import deque
from threading import Event, Lock


def deadlock_schedule(n):
    if n < 2:
        raise ValueError(n)
    return list(range(n))


def starving_schedule(n, rounds):
    if n < 4 or rounds < 0:
        raise ValueError(n, rounds)
    return [0] + [2, 1, 0, 0, 2] * rounds


class FairLock:
    def __init__(self):
        self._lock = Lock()
        self._taken = False
        self._line = deque()

    def __enter__(self):
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            turn = Event()
            self._line.append(turn)
        turn.wait()

    def __exit__(self, *exc):
        with self._lock:
            if self._line:
                self._line.popleft().set()
            else:
                self._taken = False


class Cell:
    def __init__(self, n):
        if n < 2:
            raise ValueError(n)
        self._n = n
        self._grippers = [FairLock() for _ in range(n)]

    def work(self, seat, job):
        if not 0 <= seat < self._n:
            raise IndexError(seat)
        first, second = sorted((seat, (seat + 1) % self._n))
        with self._grippers[first], self._grippers[second]:
            job()
