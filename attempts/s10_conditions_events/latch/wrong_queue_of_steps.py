"""The waiters eat the steps: what one has counted is missing for the others.

Rejected by: test_any_order, test_open_after_count
"""

import queue
import time


class Latch:
    """A gate that opens when count_down() has been called `count` times, and stays open."""

    def __init__(self, count: int) -> None:
        """Latch(0) is open from the start. ValueError if count < 0."""
        if count < 0:
            raise ValueError(f"a latch counts at least 0 steps, not {count}")
        self._count = count
        self._steps: queue.SimpleQueue[None] = queue.SimpleQueue()

    def count_down(self) -> None:
        """One step towards open; no effect on an open latch. Waits for nobody."""
        self._steps.put(None)

    def wait(self, timeout: float | None = None) -> bool:
        """Block until open, at most timeout seconds in all (None: for ever).

        True the moment the latch is open, False if time ran out first. On an open latch it returns True at once,
        also with timeout=0.
        """
        end = None if timeout is None else time.monotonic() + timeout
        try:
            for _ in range(self._count):
                self._steps.get(timeout=None if end is None else max(0, end - time.monotonic()))
        except queue.Empty:
            return False
        return True
