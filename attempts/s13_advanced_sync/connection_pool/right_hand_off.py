"""Whoever gives back hands it to the first in line, and whoever gives up leaves the line under the same lock."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, Protocol, TypeVar


class Connection(Protocol):
    """What connect() returns."""

    def close(self) -> None:
        """Give the connection back to the database."""


C = TypeVar("C", bound=Connection)


class PoolTimeout(TimeoutError):
    """No connection became free in time."""


class _Waiter:
    def __init__(self) -> None:
        self.ready = threading.Event()
        self.gift: Any = None  # a connection, or None: a place


class ConnectionPool(Generic[C]):
    """A pool for any number of threads."""

    def __init__(self, connect: Callable[[], C], size: int) -> None:
        """ValueError if size < 1."""
        if size < 1:
            raise ValueError("size")
        self._connect = connect
        self._size = size
        self._idle: list[C] = []
        self._open = 0
        self._waiters: deque[_Waiter] = deque()
        self._lock = threading.Lock()

    def _hand_on(self, gift: C | None) -> None:
        """Call this with the lock. The place stays counted while it goes to a waiter."""
        if self._waiters:
            waiter = self._waiters.popleft()
            waiter.gift = gift
            waiter.ready.set()
        elif gift is None:
            self._open -= 1
        else:
            self._idle.append(gift)

    def _wait(self, waiter: _Waiter, timeout: float | None) -> C | None:
        try:
            waiter.ready.wait(timeout)
        except BaseException:
            with self._lock:
                if waiter.ready.is_set():
                    self._hand_on(waiter.gift)
                else:
                    self._waiters.remove(waiter)
            raise
        with self._lock:
            if not waiter.ready.is_set():
                self._waiters.remove(waiter)
                raise PoolTimeout("nothing free")
        return waiter.gift

    def _take(self, timeout: float | None) -> C:
        with self._lock:
            if self._idle:
                return self._idle.pop()
            if self._open < self._size:
                self._open += 1
                waiter = None
            elif timeout == 0:
                raise PoolTimeout("nothing free")
            else:
                waiter = _Waiter()
                self._waiters.append(waiter)
        gift = None if waiter is None else self._wait(waiter, timeout)
        if gift is not None:
            return gift
        try:
            return self._connect()
        except BaseException:
            with self._lock:
                self._hand_on(None)
            raise

    @contextmanager
    def lease(self, timeout: float | None = None) -> Iterator[C]:
        """Lend a connection for a block."""
        if timeout is not None and timeout < 0:
            raise ValueError("timeout")
        connection = self._take(timeout)
        try:
            yield connection
        except BaseException:
            connection.close()
            with self._lock:
                self._hand_on(None)
            raise
        with self._lock:
            self._hand_on(connection)

    @property
    def open(self) -> int:
        """How many connections are open now."""
        with self._lock:
            return self._open
