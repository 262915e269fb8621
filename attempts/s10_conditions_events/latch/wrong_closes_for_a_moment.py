"""A step too many closes the latch for a moment: what had opened it is made anew.

Rejected by: test_open_during_a_step_too_many
"""

from threading import Event, Lock


class Latch:
    def __init__(self, count):
        if count < 0:
            raise ValueError("count < 0")
        self._count = count
        self._lock = Lock()
        self._open = Event()
        if count == 0:
            self._open.set()

    def count_down(self):
        with self._lock:
            self._open.clear()
            self._count = max(0, self._count - 1)
            if self._count == 0:
                self._open.set()

    def wait(self, timeout=None):
        return self._open.wait(timeout)
