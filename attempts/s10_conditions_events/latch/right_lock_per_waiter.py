"""A closed lock for each waiter; the last step opens them all."""

from threading import Lock


class Latch:
    """A gate that opens when count_down() has been called `count` times, and stays open."""

    def __init__(self, count: int) -> None:
        """Latch(0) is open from the start. ValueError if count < 0."""
        if count < 0:
            raise ValueError(f"a latch counts at least 0 steps, not {count}")
        self._count = count
        self._lock = Lock()
        self._waiting: list = []

    def count_down(self) -> None:
        """One step towards open; no effect on an open latch. Waits for nobody."""
        with self._lock:
            self._count = max(0, self._count - 1)
            if self._count == 0:
                for gate in self._waiting:
                    gate.release()
                self._waiting.clear()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until open, at most timeout seconds in all (None: for ever).

        True the moment the latch is open, False if time ran out first. On an open latch it returns True at once,
        also with timeout=0.
        """
        gate = Lock()
        gate.acquire()
        with self._lock:
            if self._count == 0:
                return True
            self._waiting.append(gate)
        if gate.acquire(timeout=-1 if timeout is None else timeout):
            return True
        with self._lock:
            if self._count == 0:
                return True
            self._waiting.remove(gate)
            return False
