"""Takes the units one after the other: two big requests, each served by half, wait for each other.

Rejected by: test_two_big_requests
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore


class MemoryBudget:
    def __init__(self, total: int) -> None:
        if total < 1:
            raise ValueError(total)
        self._total = total
        self._units = Semaphore(total)
        self._lock = Lock()
        self._reserved = 0

    def reserve(self, amount: int, timeout: float | None = None) -> None:
        if not 1 <= amount <= self._total:
            raise ValueError(amount)
        deadline = None if timeout is None else time.monotonic() + timeout
        for taken in range(amount):
            left = None if deadline is None else max(0, deadline - time.monotonic())
            if not self._units.acquire(timeout=left):
                if taken:
                    self._units.release(taken)
                raise TimeoutError(amount)
        with self._lock:
            self._reserved += amount

    def release(self, amount: int) -> None:
        if amount < 1:
            raise ValueError(amount)
        with self._lock:
            if amount > self._reserved:
                raise RuntimeError(amount)
            self._reserved -= amount
        self._units.release(amount)

    @contextmanager
    def lease(self, amount: int, timeout: float | None = None) -> Iterator[None]:
        self.reserve(amount, timeout)
        try:
            yield
        finally:
            self.release(amount)

    @property
    def available(self) -> int:
        with self._lock:
            return self._total - self._reserved
