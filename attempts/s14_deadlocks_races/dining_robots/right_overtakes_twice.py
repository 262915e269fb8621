"""A table of who was overtaken by whom, and everybody uses the two jobs that are allowed."""

from threading import Condition
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
        self._cond = Condition()
        self._working: set[int] = set()
        self._passed: dict[int, dict[int, int]] = {}

    def _may(self, seat: int) -> bool:
        for other in {(seat - 1) % self._n, (seat + 1) % self._n}:
            if other in self._working:
                return False
            if other in self._passed and self._passed[other].get(seat, 0) >= 2:
                return False
        return True

    def work(self, seat: int, job: Callable[[], None]) -> None:
        if not 0 <= seat < self._n:
            raise IndexError(f"no seat {seat}")
        with self._cond:
            self._passed[seat] = {}
            try:
                while not self._may(seat):
                    self._cond.wait()
                self._working.add(seat)
                for other in {(seat - 1) % self._n, (seat + 1) % self._n}:
                    if other in self._passed:
                        self._passed[other][seat] = self._passed[other].get(seat, 0) + 1
            finally:
                del self._passed[seat]
                self._cond.notify_all()
        try:
            job()
        finally:
            with self._cond:
                self._working.discard(seat)
                self._cond.notify_all()
