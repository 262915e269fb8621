"""Chandy and Misra: a gripper that has been used is handed to the neighbour who asks, a clean one is kept."""

from threading import Condition


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
        self._owner = [min(gripper, (gripper - 1) % n) for gripper in range(n)]
        self._dirty = [True] * n
        self._hungry = set()
        self._working = set()
        self._changed = Condition()

    def work(self, seat, job):
        if not 0 <= seat < self._n:
            raise IndexError(seat)
        pair = seat, (seat + 1) % self._n
        with self._changed:
            self._hungry.add(seat)
            while not self._fetch(seat, pair):
                self._changed.wait()
            self._hungry.discard(seat)
            self._working.add(seat)
        try:
            job()
        finally:
            with self._changed:
                self._working.discard(seat)
                for gripper in pair:
                    self._dirty[gripper] = True
                    other = gripper if gripper != seat else (gripper - 1) % self._n
                    if other in self._hungry:
                        self._owner[gripper] = other
                        self._dirty[gripper] = False
                self._changed.notify_all()

    def _fetch(self, seat, pair):
        """Take over what its owner has to give: a dirty gripper that it does not use now."""
        for gripper in pair:
            owner = self._owner[gripper]
            if owner != seat and owner not in self._working and self._dirty[gripper]:
                self._owner[gripper] = seat
                self._dirty[gripper] = False
                self._changed.notify_all()
        return all(self._owner[gripper] == seat for gripper in pair)
