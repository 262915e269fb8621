"""A RuntimeError that open_ raised passes for the one of a closed registry: no thread gets a resource any more.

Rejected by: test_open_may_fail
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PerThread(Generic[T]):
    def __init__(self, open_: Callable[[], T], close: Callable[[T], None]) -> None:
        self._open = open_
        self._close = close
        self._changed = threading.Condition()
        self._resources: dict[threading.Thread, T] = {}
        self._closing = 0
        self._closed = False

    def get(self) -> T:
        me = threading.current_thread()
        with self._changed:
            if self._closed:
                raise RuntimeError("the registry is closed")
            if me in self._resources:
                return self._resources[me]
        try:
            self._close_those_of(lambda thread: not thread.is_alive())
            return self._add(me, self._open())
        except RuntimeError:
            self._closed = True
            raise

    def _add(self, me: threading.Thread, resource: T) -> T:
        with self._changed:
            if not self._closed:
                self._resources[me] = resource
                return resource
        self._close(resource)
        raise RuntimeError("the registry was closed meanwhile")

    def open_count(self) -> int:
        self._close_those_of(lambda thread: not thread.is_alive())
        with self._changed:
            return len(self._resources)

    def close(self) -> None:
        with self._changed:
            self._closed = True
        self._close_those_of(lambda thread: True)
        with self._changed:
            self._changed.wait_for(lambda: self._closing == 0)

    def _close_those_of(self, chosen: Callable[[threading.Thread], bool]) -> None:
        with self._changed:
            threads = [thread for thread in self._resources if chosen(thread)]
            gone = [self._resources.pop(thread) for thread in threads]
            self._closing += len(gone)
        for resource in gone:
            self._close(resource)
            with self._changed:
                self._closing -= 1
                self._changed.notify_all()
