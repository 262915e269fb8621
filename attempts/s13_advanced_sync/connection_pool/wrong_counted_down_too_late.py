"""The place is free before the count is one less: for a moment more connections are open than there can be.

Rejected by: test_open_is_never_more_than_size
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Connection(Protocol):
    """What connect() returns."""

    def close(self) -> None:
        """Give the connection back to the database."""


C = TypeVar("C", bound=Connection)


class PoolTimeout(TimeoutError):
    """No connection became free in time."""


class _Lease(Generic[C]):
    def __init__(self, pool: ConnectionPool[C], timeout: float | None) -> None:
        self._pool = pool
        self._timeout = timeout
        self._held: list[C] = []

    def __enter__(self) -> C:
        connection = self._pool._borrow(self._timeout)
        self._held.append(connection)
        return connection

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        connection = self._held.pop()
        pool = self._pool
        if kind is None:
            with pool._lock:
                pool._idle.append(connection)
        else:
            connection.close()
        pool._places.release()
        if kind is not None:
            with pool._lock:
                pool._opened -= 1


class ConnectionPool(Generic[C]):
    """A pool for any number of threads."""

    def __init__(self, connect: Callable[[], C], size: int) -> None:
        """ValueError if size < 1."""
        if size < 1:
            raise ValueError("size must be at least 1")
        self._connect = connect
        self._places = threading.BoundedSemaphore(size)
        self._lock = threading.Lock()
        self._idle: deque[C] = deque()
        self._opened = 0

    def lease(self, timeout: float | None = None) -> _Lease[C]:
        """Lend a connection for a block."""
        if timeout is not None and timeout < 0:
            raise ValueError("timeout must not be negative")
        return _Lease(self, timeout)

    def _borrow(self, timeout: float | None) -> C:
        if timeout == 0:
            got = self._places.acquire(blocking=False)
        else:
            got = self._places.acquire(timeout=timeout)
        if not got:
            raise PoolTimeout(f"no connection within {timeout} s")
        with self._lock:
            if self._idle:
                return self._idle.popleft()
            self._opened += 1
        try:
            return self._connect()
        except BaseException:
            with self._lock:
                self._opened -= 1
            self._places.release()
            raise

    @property
    def open(self) -> int:
        """How many connections are open now."""
        with self._lock:
            return self._opened
