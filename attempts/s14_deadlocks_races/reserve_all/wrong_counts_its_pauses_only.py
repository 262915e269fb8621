"""Adds up its pauses instead of reading the clock: the time that the rooms need to answer does not count.

Rejected by: test_deadline_with_a_slow_room
"""

import random
import time
from collections.abc import Sequence
from typing import Any


class _Reservation:
    def __init__(self, rooms: Sequence[Any], timeout: float | None) -> None:
        self.rooms: list[Any] = []
        for r in rooms:
            if not any(r is o for o in self.rooms):
                self.rooms.append(r)
        self.timeout = timeout

    def _try(self) -> bool:
        got: list[Any] = []
        try:
            for r in self.rooms:
                if not r.acquire(blocking=False):
                    break
                got.append(r)
            else:
                return True
        except BaseException:
            self._give_back(got)
            raise
        self._give_back(got)
        return False

    @staticmethod
    def _give_back(rooms: list[Any]) -> None:
        for r in rooms[::-1]:
            r.release()

    def __enter__(self) -> None:
        waited = 0.0
        limit = 0.1 if self.timeout is None else self.timeout / 10
        pause = min(limit / 20, 0.01)
        while not self._try():
            sleep = random.uniform(pause / 2, pause)
            if self.timeout is not None:
                left = self.timeout - waited
                if left <= 0:
                    raise TimeoutError(f"not all rooms within {self.timeout} s")
                sleep = min(sleep, left)
            time.sleep(sleep)
            waited += sleep
            pause = min(pause * 1.5, limit / 3)

    def __exit__(self, *exc: object) -> None:
        self._give_back(self.rooms)


def reserve(rooms: Sequence[Any], timeout: float | None = None) -> _Reservation:
    if timeout is not None and timeout < 0:
        raise ValueError("timeout must not be negative")
    return _Reservation(rooms, timeout)
