"""Whoever holds the turnstile is the first. The others wait for it in no order: a lock does not say who is next.

Rejected by: test_line_keeps_its_order
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Lock


class MemoryBudget:
    def __init__(self, total: int) -> None:
        if total < 1:
            raise ValueError(f"a budget of {total} is none")
        self._total = total
        self._free = total
        self._turnstile = Lock()
        self._changed = Condition()

    def reserve(self, amount: int, timeout: float | None = None) -> None:
        if not 1 <= amount <= self._total:
            raise ValueError(f"{amount} of {self._total} cannot be reserved")
        end = None if timeout is None else time.monotonic() + timeout
        if not self._turnstile.acquire(timeout=-1 if timeout is None else timeout):
            raise TimeoutError(f"{amount} were not free within {timeout} s")
        try:
            with self._changed:
                left = None if end is None else max(0, end - time.monotonic())
                if not self._changed.wait_for(lambda: amount <= self._free, left):
                    raise TimeoutError(f"{amount} were not free within {timeout} s")
                self._free -= amount
        finally:
            self._turnstile.release()

    def release(self, amount: int) -> None:
        if amount < 1:
            raise ValueError(f"{amount} cannot be given back")
        with self._changed:
            if amount > self._total - self._free:
                raise RuntimeError(f"{amount} given back, and only {self._total - self._free} are reserved")
            self._free += amount
            self._changed.notify()

    @contextmanager
    def lease(self, amount: int, timeout: float | None = None) -> Iterator[None]:
        self.reserve(amount, timeout)
        try:
            yield
        finally:
            self.release(amount)

    @property
    def available(self) -> int:
        with self._changed:
            return self._free
