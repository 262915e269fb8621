"""Whoever was served leaves the line without a word: the next one, who woke too early, sleeps on.

Rejected by: test_one_release_serves_many
"""

import threading as t
import time


class MemoryBudget:
    def __init__(self, total: int) -> None:
        if total < 1:
            raise ValueError(total)
        self.total = total
        self.used = 0
        self.line: list[object] = []
        self.changed = t.Condition()

    def reserve(self, amount: int, timeout: float | None = None) -> None:
        if not 1 <= amount <= self.total:
            raise ValueError(amount)
        deadline = None if timeout is None else time.monotonic() + timeout
        ticket = object()
        with self.changed:
            self.line.append(ticket)
            try:
                while self.line[0] is not ticket or self.used + amount > self.total:
                    left = None if deadline is None else deadline - time.monotonic()
                    if left is not None and left <= 0:
                        raise TimeoutError
                    self.changed.wait(left)
                self.used += amount
            except BaseException:
                self.line.remove(ticket)
                self.changed.notify_all()
                raise
            self.line.remove(ticket)

    def release(self, amount: int) -> None:
        if amount < 1:
            raise ValueError(amount)
        with self.changed:
            if amount > self.used:
                raise RuntimeError(amount)
            self.used -= amount
            self.changed.notify_all()

    def lease(self, amount, timeout=None):
        return _Lease(self, amount, timeout)

    @property
    def available(self) -> int:
        with self.changed:
            return self.total - self.used


class _Lease:
    def __init__(self, budget, amount, timeout):
        self.args = (amount, timeout)
        self.budget = budget

    def __enter__(self):
        self.budget.reserve(*self.args)

    def __exit__(self, *exc):
        self.budget.release(self.args[0])
