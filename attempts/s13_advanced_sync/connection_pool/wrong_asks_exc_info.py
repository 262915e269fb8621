"""In a `finally`, sys.exc_info() also knows the error that the caller is handling: a good connection is closed.

Rejected by: test_an_error_from_before_the_block
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar


class Connection(Protocol):
    """What connect() returns."""

    def close(self) -> None:
        """Give the connection back to the database."""


C = TypeVar("C", bound=Connection)


class PoolTimeout(TimeoutError):
    """No connection became free in time."""


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
        self._cond = threading.Condition()

    def _take(self, timeout: float | None) -> C:
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._cond:
            while not self._idle and self._open >= self._size:
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    raise PoolTimeout("no connection in time")
                self._cond.wait(left)
            if self._idle:
                return self._idle.pop()
            self._open += 1
        try:
            return self._connect()
        except BaseException:
            self._free_place()
            raise

    def _free_place(self) -> None:
        with self._cond:
            self._open -= 1
            self._cond.notify()

    def _give_back(self, connection: C) -> None:
        with self._cond:
            self._idle.append(connection)
            self._cond.notify()

    @contextmanager
    def lease(self, timeout: float | None = None) -> Iterator[C]:
        """Lend a connection for a block."""
        if timeout is not None and timeout < 0:
            raise ValueError("timeout")
        connection = self._take(timeout)
        try:
            yield connection
        finally:
            if sys.exc_info()[0] is not None:
                connection.close()
                self._free_place()
            else:
                self._give_back(connection)

    @property
    def open(self) -> int:
        """How many connections are open now."""
        with self._cond:
            return self._open
