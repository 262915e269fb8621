"""Wakes three at most: of five waiters two are left in front of the open gate.

Rejected by: test_all_waiters_wake
"""
import threading
class Latch:
    def __init__(self, count):
        if count < 0:
            raise ValueError
        self._count = count
        self._condition = threading.Condition()
    def count_down(self):
        with self._condition:
            if self._count:
                self._count -= 1
                if not self._count:
                    self._condition.notify(3)
    def wait(self, timeout=None):
        with self._condition:
            return self._condition.wait_for(lambda: self._count == 0, timeout)
