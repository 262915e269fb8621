"""All latches share one condition, and wait looks once only after it was woken, perhaps by another latch.

Rejected by: test_other_latch_opens
"""

from threading import Condition


class Latch:
    _changed = Condition()

    def __init__(self, count):
        if count < 0:
            raise ValueError("count < 0")
        self._count = count

    def count_down(self):
        with self._changed:
            if self._count > 0:
                self._count -= 1
                if self._count == 0:
                    self._changed.notify_all()

    def wait(self, timeout=None):
        with self._changed:
            if self._count > 0:
                self._changed.wait(timeout)
            return self._count == 0
