"""Two threads may both have been given None: told apart by id(), they count as one, and one is closed.

Rejected by: test_none_for_two_threads
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PerThread(Generic[T]):
    def __init__(self, open_: Callable[[], T], close: Callable[[T], None]) -> None:
        self._open = open_
        self._close = close
        self._cond = threading.Condition()
        self._slots: dict[threading.Thread, T] = {}
        self._closing = 0
        self._closed = False

    def get(self) -> T:
        me = threading.current_thread()
        with self._cond:
            if self._closed:
                raise RuntimeError("closed")
            if me in self._slots:
                return self._slots[me]
        self._reap()
        resource = self._open()
        with self._cond:
            if not self._closed:
                self._slots[me] = resource
                return resource
        self._close(resource)
        raise RuntimeError("closed")

    def _reap(self) -> None:
        with self._cond:
            dead = [thread for thread in self._slots if not thread.is_alive()]
            resources = [self._slots.pop(thread) for thread in dead]
            self._closing += len(resources)
        self._close_all(resources)

    def _close_all(self, resources: "list[T]") -> None:
        while resources:
            self._close(resources.pop())
            with self._cond:
                self._closing -= 1
                self._cond.notify_all()

    def open_count(self) -> int:
        self._reap()
        with self._cond:
            return len({id(r) for r in self._slots.values()})

    def close(self) -> None:
        with self._cond:
            self._closed = True
            resources = list({id(r): r for r in self._slots.values()}.values())
            self._slots.clear()
            self._closing += len(resources)
        self._close_all(resources)
        with self._cond:
            while self._closing:
                self._cond.wait()
