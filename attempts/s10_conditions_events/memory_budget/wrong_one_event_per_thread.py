"""Keeps one event for each thread, and never clears it: whoever has waited once never waits again.

Rejected by: test_a_thread_waits_again
"""

import threading
from collections import deque
from contextlib import contextmanager


class _Waiter:
    def __init__(self, amount):
        self.amount = amount
        self.served = threading.Event()


class MemoryBudget:
    def __init__(self, total):
        if total < 1:
            raise ValueError("total")
        self._total = total
        self._free = total
        self._lock = threading.Lock()
        self._queue = deque()
        self._mine = threading.local()

    def _serve(self):
        while self._queue and self._queue[0].amount <= self._free:
            waiter = self._queue.popleft()
            self._free -= waiter.amount
            waiter.served.set()

    def reserve(self, amount, timeout=None):
        if amount < 1 or amount > self._total:
            raise ValueError("amount")
        me = _Waiter(amount)
        if not hasattr(self._mine, "served"):
            self._mine.served = threading.Event()
        me.served = self._mine.served
        with self._lock:
            if not self._queue and amount <= self._free:
                self._free -= amount
                return
            self._queue.append(me)
        if me.served.wait(timeout):
            return
        with self._lock:
            if me not in self._queue:
                return
            self._queue.remove(me)
            self._serve()
        raise TimeoutError("no memory in time")

    def release(self, amount):
        if amount < 1:
            raise ValueError("amount")
        with self._lock:
            if amount > self._total - self._free:
                raise RuntimeError("more than reserved")
            self._free += amount
            self._serve()

    @contextmanager
    def lease(self, amount, timeout=None):
        self.reserve(amount, timeout)
        try:
            yield
        finally:
            self.release(amount)

    @property
    def available(self):
        with self._lock:
            return self._free
