"""Ordered grippers that are first-come locks."""

from collections import deque
from threading import Condition


def deadlock_schedule(n):
    if n < 2:
        raise ValueError("n < 2")
    return list(range(n))


def starving_schedule(n, rounds):
    if n < 4 or rounds < 0:
        raise ValueError("n < 4 or rounds < 0")
    if rounds == 0:
        return []
    # roof tiles: 0 and 2 in turns, always one of them at work
    schedule = [2]
    for _ in range(rounds):
        schedule += [1, 0, 2, 1, 2, 0]
    return schedule


class FairLock:
    def __init__(self):
        self.cond = Condition()
        self.line = deque()

    def __enter__(self):
        with self.cond:
            me = object()
            self.line.append(me)
            self.cond.wait_for(lambda: self.line[0] is me)

    def __exit__(self, *exc):
        with self.cond:
            self.line.popleft()
            self.cond.notify_all()


class Cell:
    """Also right: ordered grippers made of fair (first-come) locks."""

    def __init__(self, n):
        if n < 2:
            raise ValueError("n < 2")
        self.n = n
        self.grippers = [FairLock() for _ in range(n)]

    def work(self, seat, job):
        if not 0 <= seat < self.n:
            raise IndexError(seat)
        low, high = sorted((seat, (seat + 1) % self.n))
        with self.grippers[low], self.grippers[high]:
            job()
