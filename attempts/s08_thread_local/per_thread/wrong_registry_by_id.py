"""One thread-local for all registries, by their id(): a new registry may get the id of one that is gone.

Rejected by: test_one_registry_after_the_other
"""

from collections.abc import Callable
from threading import Condition, Thread, current_thread, local
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_mine = local()


def _resources() -> dict[int, Any]:
    """Those of the calling thread, by registry."""
    return _mine.__dict__.setdefault("resources", {})  # type: ignore[no-any-return]


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
        self._open = open_
        self._close = close
        self._changed = Condition()  # its lock guards what follows
        self._entries: list[tuple[Thread, T]] = []
        self._closing = 0  # how many have left the list and are not closed yet
        self._is_closed = False

    def get(self) -> T:
        """The calling thread's resource: the same one at each call, and never one that another thread got.

        The first call in a thread opens it. If open_ raises, the error goes to the caller, and the next call tries
        again. RuntimeError after close(), whether or not this thread has a resource; also if close() came while this
        call was in open_: what was opened is closed again.
        """
        self._check()
        try:
            return _resources()[id(self)]  # type: ignore[no-any-return]
        except KeyError:
            pass
        resource = self._open()
        with self._changed:  # asked again, in one step with the entry: close() may have come and gone
            is_late = self._is_closed
            if not is_late:
                self._entries.append((current_thread(), resource))
        if is_late:
            self._close(resource)
            self._check()
        _resources()[id(self)] = resource
        self._clear(_is_gone)
        return resource

    def open_count(self) -> int:
        """How many resources are open, after those of finished threads have been closed."""
        self._clear(_is_gone)
        with self._changed:
            return len(self._entries)

    def close(self) -> None:
        """Close every resource that is open, of all threads. May be called from any thread.

        A further call closes nothing; also while the first one is still at it, it returns only when all is closed.
        """
        with self._changed:
            self._is_closed = True
        self._clear(lambda thread: True)
        with self._changed:
            self._changed.wait_for(lambda: self._closing == 0)

    def _check(self) -> None:
        if self._is_closed:
            raise RuntimeError("the registry is closed")

    def _clear(self, is_due: Callable[[Thread], bool]) -> None:
        """Close what belongs to the threads that are due. Whoever takes an entry out of the list closes it."""
        with self._changed:
            due, kept = [], []
            for entry in self._entries:  # each thread is asked once: it may end at any moment
                (due if is_due(entry[0]) else kept).append(entry)
            self._entries = kept
            self._closing += len(due)
        for _, resource in due:
            self._close(resource)
        with self._changed:
            self._closing -= len(due)
            self._changed.notify_all()


def _is_gone(thread: Thread) -> bool:
    return not thread.is_alive()
