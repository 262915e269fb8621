"""Looks at the count when the lock is gone: one step too many comes in between, and neither step sees the 0.

Rejected by: test_any_order
"""

from threading import Condition


class Latch:
    def __init__(self, count: int) -> None:
        if count < 0:
            raise ValueError(f"a latch of {count}")
        self._count = count
        self._condition = Condition()

    def count_down(self) -> None:
        with self._condition:
            self._count -= 1
        if self._count == 0:
            with self._condition:
                self._condition.notify_all()

    def wait(self, timeout: float | None = None) -> bool:
        with self._condition:
            return self._condition.wait_for(lambda: self._count <= 0, timeout)
