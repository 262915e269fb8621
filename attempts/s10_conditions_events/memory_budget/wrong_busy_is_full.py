"""With a timeout of 0 it does not even wait for the lock: somebody at the books is taken for a full budget.

Rejected by: test_room_for_both
"""

import threading
import time
from collections import deque
from contextlib import AbstractContextManager


class _Lease:
    def __init__(self, budget, amount, timeout):
        self.budget, self.amount, self.timeout = budget, amount, timeout

    def __enter__(self):
        self.budget.reserve(self.amount, self.timeout)

    def __exit__(self, *exc):
        self.budget.release(self.amount)
        return None


class MemoryBudget:
    def __init__(self, total: int) -> None:
        if total < 1:
            raise ValueError(total)
        self.total = total
        self.used = 0
        self.line = deque()
        self.changed = threading.Condition()

    def _my_turn(self, me, amount):
        return self.line[0] is me and self.used + amount <= self.total

    def reserve(self, amount: int, timeout: float | None = None) -> None:
        if not 1 <= amount <= self.total:
            raise ValueError(amount)
        if timeout == 0:
            if not self.changed.acquire(blocking=False):
                raise TimeoutError(amount)
            try:
                if self.line or self.used + amount > self.total:
                    raise TimeoutError(amount)
                self.used += amount
                return
            finally:
                self.changed.release()
        me = object()
        with self.changed:
            self.line.append(me)
            try:
                deadline = None if timeout is None else time.monotonic() + timeout
                while not self._my_turn(me, amount):
                    left = None if deadline is None else deadline - time.monotonic()
                    if left is not None and left <= 0:
                        raise TimeoutError(f"{amount} not available")
                    self.changed.wait(left)
                self.used += amount
            finally:
                self.line.remove(me)
                self.changed.notify_all()

    def release(self, amount: int) -> None:
        if amount < 1:
            raise ValueError(amount)
        with self.changed:
            if self.used < amount:
                raise RuntimeError("not reserved")
            self.used -= amount
            self.changed.notify_all()

    def lease(self, amount: int, timeout: float | None = None) -> AbstractContextManager[None]:
        return _Lease(self, amount, timeout)

    @property
    def available(self) -> int:
        with self.changed:
            return self.total - self.used
