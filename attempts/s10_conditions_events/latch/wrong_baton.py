"""One token that is passed from hand to hand: while it is in a hand, the open latch looks closed to others.

Rejected by: test_comes_twice
"""

from threading import Lock, Semaphore


class Latch:
    """A gate that opens when count_down() has been called `count` times, and stays open."""

    def __init__(self, count: int) -> None:
        """Latch(0) is open from the start. ValueError if count < 0."""
        if count < 0:
            raise ValueError(f"a latch counts at least 0 steps, not {count}")
        self._count = count
        self._lock, self._baton = Lock(), Semaphore(0)
        if count == 0:
            self._baton.release()

    def count_down(self) -> None:
        """One step towards open; no effect on an open latch. Waits for nobody."""
        with self._lock:
            if self._count > 0:
                self._count -= 1
                if self._count == 0:
                    self._baton.release()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until open, at most timeout seconds in all (None: for ever).

        True the moment the latch is open, False if time ran out first. On an open latch it returns True at once,
        also with timeout=0.
        """
        if not self._baton.acquire(timeout=timeout):
            return False
        self._baton.release()
        return True
