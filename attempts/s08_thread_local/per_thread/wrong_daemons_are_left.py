"""close() leaves the connections of daemon threads open.

Rejected by: test_close_closes_every_threads
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class _Entry(Generic[T]):
    def __init__(self, thread: threading.Thread, resource: T | None) -> None:
        self.thread = thread
        self.resource = resource


class PerThread(Generic[T]):
    def __init__(self, open_: Callable[[], T], close: Callable[[T], None]) -> None:
        self._open = open_
        self._close = close
        self._local = threading.local()
        self._change = threading.Condition()
        self._entries: list[_Entry[T]] = []
        self._closing = 0
        self._closed = False

    def get(self) -> T:
        with self._change:
            if self._closed:
                raise RuntimeError("closed")
            entry = getattr(self._local, "entry", None)
            if entry is not None:
                return entry.resource
        resource = self._open()
        self._sweep()
        entry = _Entry(threading.current_thread(), resource)
        with self._change:
            late = self._closed
            if not late:
                self._entries.append(entry)
                self._local.entry = entry
        if late:
            self._close(resource)
            raise RuntimeError("closed meanwhile")
        return resource

    def _sweep(self) -> None:
        with self._change:
            dead, live = [], []
            for entry in self._entries:
                (live if entry.thread.is_alive() else dead).append(entry)
            self._entries = live
            self._closing += 1
        self._close_all(dead)

    def _close_all(self, entries: list[_Entry[T]]) -> None:
        while entries:
            entry = entries.pop()
            resource, entry.resource = entry.resource, None
            self._close(resource)
        with self._change:
            self._closing -= 1
            self._change.notify_all()

    def open_count(self) -> int:
        self._sweep()
        with self._change:
            return len(self._entries)

    def close(self) -> None:
        with self._change:
            self._closed = True
            self._closing += 1
            mine, self._entries = [e for e in self._entries if not e.thread.daemon], []
        self._close_all(mine)
        with self._change:
            self._change.wait_for(lambda: self._closing == 0)
