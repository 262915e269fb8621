"""The steps left are tokens in a list; pop is one step, and an Event tells of the last one."""

from threading import Event


class Latch:
    """A gate that opens when count_down() has been called `count` times, and stays open."""

    def __init__(self, count: int) -> None:
        """Latch(0) is open from the start. ValueError if count < 0."""
        if count < 0:
            raise ValueError(f"a latch counts at least 0 steps, not {count}")
        self._left = [None] * count
        self._open = Event()
        if not count:
            self._open.set()

    def count_down(self) -> None:
        """One step towards open; no effect on an open latch. Waits for nobody."""
        try:
            self._left.pop()
        except IndexError:
            return
        if not self._left:
            self._open.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until open, at most timeout seconds in all (None: for ever).

        True the moment the latch is open, False if time ran out first. On an open latch it returns True at once,
        also with timeout=0.
        """
        return self._open.wait(timeout)
