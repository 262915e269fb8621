"""Takes a TimeoutError or a ValueError of the job for its own refusal, after which there is nothing to give back.

Rejected by: test_lease_releases_on_error
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class MemoryBudget:
    """So many units of memory, for any number of threads, of which any number may be waiting.

    Served strictly in order of arrival: nobody is served while someone who came earlier still waits, even if the
    smaller request would fit. Waiting calls sleep: they do not look again and again.
    """

    def __init__(self, total: int) -> None:
        """ValueError if total < 1."""
        if total < 1:
            raise ValueError(f"a budget of {total} is none")
        self._total = total
        self._free = total
        self._line: deque[object] = deque()
        self._changed = Condition()

    def reserve(self, amount: int, timeout: float | None = None) -> None:
        """Take the amount, all of it at once, waiting if need be. ValueError if amount < 1 or amount > total.

        TimeoutError when `timeout` seconds have passed without being served (None: wait for ever; 0: only if it can
        be served at once). Then nothing is taken, and those behind it who can now be served are served at that
        moment.
        """
        if not 1 <= amount <= self._total:
            raise ValueError(f"{amount} of {self._total} cannot be reserved")
        with self._changed:
            me = object()
            self._line.append(me)
            try:
                if not self._changed.wait_for(lambda: self._line[0] is me and amount <= self._free, timeout):
                    raise TimeoutError(f"{amount} were not free within {timeout} s")
                self._free -= amount
            finally:
                self._line.remove(me)
                self._changed.notify_all()  # there is a new head

    def release(self, amount: int) -> None:
        """Give the amount back, and serve as many waiters as now can be, in order. Any thread may do it.

        ValueError if amount < 1. RuntimeError if more than is reserved at present: nothing changes then.
        """
        if amount < 1:
            raise ValueError(f"{amount} cannot be given back")
        with self._changed:
            if amount > self._total - self._free:
                raise RuntimeError(f"{amount} given back, and only {self._total - self._free} are reserved")
            self._free += amount
            self._changed.notify_all()

    @contextmanager
    def lease(self, amount: int, timeout: float | None = None) -> Iterator[None]:
        """`with budget.lease(4): ...` reserves on entry, and releases on exit, also after an exception."""
        try:
            self.reserve(amount, timeout)
            yield
        except (TimeoutError, ValueError):
            raise  # nothing was reserved
        except BaseException:
            self.release(amount)
            raise
        self.release(amount)

    @property
    def available(self) -> int:
        """How much is not reserved."""
        with self._changed:
            return self._free
