"""Takes both grippers at once when both are free: two neighbours in turns leave no moment for the one between.

Rejected by: test_nobody_is_overtaken_for_ever, test_nobody_starves_in_a_busy_ring
"""

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
        self._free = [True] * n
        self._changed = Condition()

    def work(self, seat, job):
        if not 0 <= seat < self._n:
            raise IndexError(seat)
        pair = seat, (seat + 1) % self._n
        with self._changed:
            self._changed.wait_for(lambda: all(self._free[gripper] for gripper in pair))
            for gripper in pair:
                self._free[gripper] = False
        try:
            job()
        finally:
            with self._changed:
                for gripper in pair:
                    self._free[gripper] = True
                self._changed.notify_all()
