"""Repair the latch, so that every waiter goes through once the gate is open, early or late.

A load test holds back its generators behind a gate, and opens it when each of them has reported ready. Some
nights one generator hangs for ever in front of the open gate. The advice on the wall, "make sure that wait() is
called before notify()", did not help: nobody can make sure of that.
"""

from threading import Condition


class Latch:
    """A gate that opens when count_down() has been called `count` times, and stays open."""

    def __init__(self, count: int) -> None:
        """Latch(0) is open from the start. ValueError if count < 0."""
        self._count = count  # TODO: what is a latch of -1?
        self._condition = Condition()

    def count_down(self) -> None:
        """One step towards open; no effect on an open latch. Waits for nobody."""
        with self._condition:
            self._count -= 1  # TODO: where is the count after one step too many?
            if self._count == 0:
                self._condition.notify()  # TODO: three are waiting. Who hears this?

    def wait(self, timeout: float | None = None) -> bool:
        """Block until open, at most timeout seconds in all (None: for ever).

        True the moment the latch is open, False if time ran out first. On an open latch it returns True at once,
        also with timeout=0.
        """
        with self._condition:
            return self._condition.wait(timeout)  # TODO: what is it that this waits for?
