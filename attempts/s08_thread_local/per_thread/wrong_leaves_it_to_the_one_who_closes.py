"""While somebody is closing connections, nobody else looks for threads that have finished.

Rejected by: test_a_slow_close_keeps_nobody_waiting
"""

from collections.abc import Callable
from threading import Condition, Thread, current_thread, local
from typing import Generic, TypeVar

T = TypeVar("T")


class PerThread(Generic[T]):
    def __init__(self, open_: Callable[[], T], close: Callable[[T], None]) -> None:
        self._open = open_
        self._close = close
        self._mine = local()
        self._changed = Condition()  # its lock guards what follows
        self._entries: list[tuple[Thread, T]] = []
        self._closing = 0  # how many have left the list and are not closed yet
        self._is_closed = False

    def get(self) -> T:
        self._check()
        try:
            return self._mine.resource  # type: ignore[no-any-return]
        except AttributeError:
            pass
        resource = self._open()
        with self._changed:  # asked again, in one step with the entry: close() may have come and gone
            is_late = self._is_closed
            if not is_late:
                self._entries.append((current_thread(), resource))
        if is_late:
            self._close(resource)
            self._check()
        self._mine.resource = resource
        self._clear(_is_gone)
        return resource

    def open_count(self) -> int:
        if self._closing == 0:
            self._clear(_is_gone)
        with self._changed:
            return len(self._entries)

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
        self._clear(lambda thread: True)
        with self._changed:
            self._changed.wait_for(lambda: self._closing == 0)

    def _check(self) -> None:
        if self._is_closed:
            raise RuntimeError("the registry is closed")

    def _clear(self, is_due: Callable[[Thread], bool]) -> None:
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
