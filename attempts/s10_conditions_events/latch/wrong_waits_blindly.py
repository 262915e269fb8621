"""Waits without a look at the count: who comes after the last step waits for a call that is over.

Rejected by: test_late_waiter
"""

from threading import Condition


class Latch:
    """A gate that opens when count_down() has been called `count` times, and stays open."""

    def __init__(self, count: int) -> None:
        """Latch(0) is open from the start. ValueError if count < 0."""
        if count < 0:
            raise ValueError(f"a latch counts at least 0 steps, not {count}")
        self._count = count
        self._condition = Condition()

    def count_down(self) -> None:
        """One step towards open; no effect on an open latch. Waits for nobody."""
        with self._condition:
            if self._count > 0:  # the count stays at 0: an open latch stays open
                self._count -= 1
            if self._count == 0:
                self._condition.notify_all()  # all may go, so all are woken

    def wait(self, timeout: float | None = None) -> bool:
        """Block until open, at most timeout seconds in all (None: for ever).

        True the moment the latch is open, False if time ran out first. On an open latch it returns True at once,
        also with timeout=0.
        """
        with self._condition:
            return self._condition.wait(timeout)
