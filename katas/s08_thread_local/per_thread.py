"""Write a registry that opens one connection for each thread, and closes each of them exactly once.

A price tracker gives each thread a database connection of its own, because the driver forbids sharing one. A plain
`threading.local()` would do that, but nobody would close them: threads come and go, and the database runs out.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PerThread(Generic[T]):
    """One resource for each thread, opened on first use and closed exactly once. Anything may be one, also None.

    When a thread has finished (it was joined), its resource is closed at the latest by the next open_count(), the
    next close(), or the next get() that opens one. After that the registry holds no reference to it.

    open_ and close are called without holding a lock: while one of them runs, other threads can get and count.
    """

    def __init__(self, open_: Callable[[], T], close: Callable[[T], None]) -> None:
        """open_() makes a resource, or raises. close(resource) never raises, may be called from any thread, and may
        call open_count(). Both may be slow.
        """
        raise NotImplementedError  # TODO

    def get(self) -> T:
        """The calling thread's resource: the same one at each call, and never one that another thread got.

        The first call in a thread opens it. If open_ raises, the error goes to the caller, and the next call tries
        again. RuntimeError after close(), whether or not this thread has a resource; also if close() came while this
        call was in open_: what was opened is closed again.
        """
        raise NotImplementedError  # TODO

    def open_count(self) -> int:
        """How many resources are open, after those of finished threads have been closed."""
        raise NotImplementedError  # TODO

    def close(self) -> None:
        """Close every resource that is open, of all threads. May be called from any thread.

        A further call closes nothing; also while the first one is still at it, it returns only when all is closed.
        """
        raise NotImplementedError  # TODO
