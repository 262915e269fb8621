"""Dirty grippers: who waits hands one over and does not ask for it back, and the neighbour works again and again.

Rejected by: test_nobody_is_overtaken_for_ever
"""

import threading
from collections.abc import Callable


def deadlock_schedule(n: int) -> list[int]:
    if n < 2:
        raise ValueError(n)
    return list(range(n))


def starving_schedule(n: int, rounds: int) -> list[int]:
    if n < 4 or rounds < 0:
        raise ValueError((n, rounds))
    return [0] + [2, 1, 0, 0, 2] * rounds


class Cell:
    def __init__(self, n: int) -> None:
        if n < 2:
            raise ValueError(f"a ring has at least 2 robots, not {n}")
        self._n = n
        self._lock = threading.RLock()
        self._changed = [threading.Condition(self._lock) for _ in range(n)]
        self._owner = [min(g, (g - 1) % n) for g in range(n)]
        self._dirty = [True] * n
        self._wanted = [False] * n
        self._eating = [False] * n

    def _hand_over(self, g: int) -> None:
        owner = self._owner[g]
        if self._wanted[g] and self._dirty[g] and not self._eating[owner]:
            other = (g - 1) % self._n if owner == g else g
            self._owner[g] = other
            self._dirty[g] = False
            self._wanted[g] = False
            self._changed[other].notify_all()

    def work(self, seat: int, job: Callable[[], None]) -> None:
        if not (0 <= seat < self._n):
            raise IndexError("no such seat")
        mine = (seat, (seat + 1) % self._n)
        with self._lock:
            while True:
                for g in mine:
                    if self._owner[g] != seat:
                        self._wanted[g] = True
                        self._hand_over(g)
                if all(self._owner[g] == seat for g in mine):
                    break
                self._changed[seat].wait()
            self._eating[seat] = True
            for g in mine:
                self._dirty[g] = True
        try:
            job()
        finally:
            with self._lock:
                self._eating[seat] = False
                for g in mine:
                    self._hand_over(g)
