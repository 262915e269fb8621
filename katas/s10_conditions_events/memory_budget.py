"""Write a memory budget: first come, first served, and a job that loses patience leaves no trace.

Video jobs reserve memory before they start: 3 GB, 40 GB, 1 GB. With a semaphore that is taken unit by unit two
half-served jobs wait for each other for ever. With a plain condition the small jobs overtake a big one, again and
again, until the customer with the big one has left.
"""

from contextlib import AbstractContextManager


class MemoryBudget:
    """So many units of memory, for any number of threads, of which any number may be waiting.

    Served strictly in order of arrival: nobody is served while someone who came earlier still waits, even if the
    smaller request would fit. Waiting calls sleep: they do not look again and again.
    """

    def __init__(self, total: int) -> None:
        """ValueError if total < 1."""
        raise NotImplementedError  # TODO

    def reserve(self, amount: int, timeout: float | None = None) -> None:
        """Take the amount, all of it at once, waiting if need be. ValueError if amount < 1 or amount > total.

        TimeoutError when `timeout` seconds have passed without being served (None: wait for ever; 0: only if it can
        be served at once). Then nothing is taken, and those behind it who can now be served are served at that
        moment.
        """
        raise NotImplementedError  # TODO

    def release(self, amount: int) -> None:
        """Give the amount back, and serve as many waiters as now can be, in order. Any thread may do it.

        ValueError if amount < 1. RuntimeError if more than is reserved at present: nothing changes then.
        """
        raise NotImplementedError  # TODO

    def lease(self, amount: int, timeout: float | None = None) -> AbstractContextManager[None]:
        """`with budget.lease(4): ...` reserves on entry, and releases on exit, also after an exception."""
        raise NotImplementedError  # TODO

    @property
    def available(self) -> int:
        """How much is not reserved."""
        raise NotImplementedError  # TODO
