"""Counts as reserved what is only asked for: who gives back too much is believed as long as somebody waits.

Rejected by: test_refused_release_serves_nobody
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Lock


class Request:
    """One that waits in line."""

    def __init__(self, amount: int, lock: Lock) -> None:
        self.amount = amount
        self.served = False
        self.news = Condition(lock)


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
        self._promised = 0
        self._line: deque[Request] = deque()  # the waiting, in order of arrival
        self._lock = Lock()  # guards _free, _line, and `served` of each request

    def reserve(self, amount: int, timeout: float | None = None) -> None:
        """Take the amount, all of it at once, waiting if need be. ValueError if amount < 1 or amount > total.

        TimeoutError when `timeout` seconds have passed without being served (None: wait for ever; 0: only if it can
        be served at once). Then nothing is taken, and those behind it who can now be served are served at that
        moment.
        """
        if not 1 <= amount <= self._total:
            raise ValueError(f"{amount} of {self._total} cannot be reserved")
        me = Request(amount, self._lock)
        with self._lock:
            self._promised += amount
            self._line.append(me)  # a newcomer, too, is served by its place in line
            self._serve()
            try:
                me.news.wait_for(lambda: me.served, timeout)
            finally:
                if not me.served:
                    self._line.remove(me)
                    self._promised -= amount
                    self._serve()  # those behind me may fit
            if not me.served:
                raise TimeoutError(f"{amount} were not free within {timeout} s")

    def release(self, amount: int) -> None:
        """Give the amount back, and serve as many waiters as now can be, in order. Any thread may do it.

        ValueError if amount < 1. RuntimeError if more than is reserved at present: nothing changes then.
        """
        if amount < 1:
            raise ValueError(f"{amount} cannot be given back")
        with self._lock:
            if amount > self._promised:
                raise RuntimeError(f"{amount} given back, and only {self._promised} are reserved")
            self._free += amount
            self._promised -= amount
            self._serve()

    def _serve(self) -> None:
        """Serve from the head of the line for as long as the next one fits. The caller holds the lock."""
        while self._line and self._line[0].amount <= self._free:
            request = self._line.popleft()
            self._free -= request.amount  # taken for it, before it wakes
            request.served = True
            request.news.notify()

    @contextmanager
    def lease(self, amount: int, timeout: float | None = None) -> Iterator[None]:
        """`with budget.lease(4): ...` reserves on entry, and releases on exit, also after an exception."""
        self.reserve(amount, timeout)  # not inside `try`: what was not reserved must not be released
        try:
            yield
        finally:
            self.release(amount)

    @property
    def available(self) -> int:
        """How much is not reserved."""
        with self._lock:
            return self._free
