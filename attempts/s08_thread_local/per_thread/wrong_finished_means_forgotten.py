"""Takes a thread for finished when its Thread object is gone: whoever keeps that object keeps the connection open.

Rejected by: test_finished_threads_do_not_pile_up
"""

from __future__ import annotations

import enum
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


class RegistryClosedError(RuntimeError):
    """The registry is closed."""


class _State(enum.Enum):
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(slots=True, eq=False)
class _Entry(Generic[T]):
    thread: weakref.ref[threading.Thread]
    resource: T


class PerThread(Generic[T]):
    def __init__(self, open_: Callable[[], T], close: Callable[[T], None]) -> None:
        if not callable(open_) or not callable(close):
            raise TypeError("open_ and close must be callable")
        self._open_fn = open_
        self._close_fn = close
        self._lock = threading.Lock()
        self._entries: list[_Entry[T]] = []
        self._state = _State.OPEN
        self._busy = 0  # closes under way, by whomever
        self._idle = threading.Condition(self._lock)
        self._local = threading.local()

    def get(self) -> T:
        with self._lock:
            self._ensure_open()
        entry = getattr(self._local, "entry", None)
        if entry is not None:
            return entry.resource
        resource = self._open_fn()
        entry = _Entry(weakref.ref(threading.current_thread()), resource)
        with self._lock:
            refused = self._state is not _State.OPEN
            dead = [] if refused else self._take_dead()
            if refused:
                self._busy += 1
            else:
                self._entries.append(entry)
                self._local.entry = entry
        if refused:
            try:
                self._close_fn(resource)
            finally:
                self._done(1)
            raise RegistryClosedError("closed while opening")
        self._close_all(dead)
        return resource

    def open_count(self) -> int:
        with self._lock:
            dead = self._take_dead()
        self._close_all(dead)
        with self._lock:
            return len(self._entries)

    def close(self) -> None:
        with self._lock:
            self._state = _State.CLOSING
            mine, self._entries = self._entries, []
            self._busy += len(mine)
        self._close_all(mine)
        with self._idle:
            while self._busy:
                self._idle.wait()
            self._state = _State.CLOSED

    # -- helpers

    def _ensure_open(self) -> None:
        if self._state is not _State.OPEN:
            raise RegistryClosedError("closed")

    def _take_dead(self) -> list[_Entry[T]]:
        alive: list[_Entry[T]] = []
        dead: list[_Entry[T]] = []
        for entry in self._entries:
            (alive if entry.thread() is not None else dead).append(entry)
        self._entries = alive
        self._busy += len(dead)
        return dead

    def _close_all(self, entries: list[_Entry[T]]) -> None:
        while entries:
            entry = entries.pop()
            try:
                self._close_fn(entry.resource)
            finally:
                del entry
                self._done(1)

    def _done(self, n: int) -> None:
        with self._idle:
            self._busy -= n
            self._idle.notify_all()
