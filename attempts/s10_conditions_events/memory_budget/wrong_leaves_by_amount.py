"""Who gives up takes the first amount like its own out of the line: those before it get amounts that are not theirs.

Rejected by: test_one_of_two_equal_requests_gives_up
"""

import threading
from contextlib import contextmanager


class MemoryBudget:
    def __init__(self, total):
        if total < 1:
            raise ValueError("total")
        self._total = total
        self._free = total
        self._lock = threading.Lock()
        self._amounts = []  # the line, in two lists side by side
        self._bells = []

    def _serve(self):
        while self._amounts and self._amounts[0] <= self._free:
            self._free -= self._amounts.pop(0)
            self._bells.pop(0).set()

    def reserve(self, amount, timeout=None):
        if amount < 1 or amount > self._total:
            raise ValueError("amount")
        with self._lock:
            if not self._amounts and amount <= self._free:
                self._free -= amount
                return
            if timeout is not None and timeout <= 0:
                raise TimeoutError
            bell = threading.Event()
            self._amounts.append(amount)
            self._bells.append(bell)
        if bell.wait(timeout):
            return
        with self._lock:
            if bell.is_set():
                return
            self._bells.remove(bell)
            self._amounts.remove(amount)
            self._serve()
        raise TimeoutError

    def release(self, amount):
        if amount < 1:
            raise ValueError("amount")
        with self._lock:
            if self._free + amount > self._total:
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
