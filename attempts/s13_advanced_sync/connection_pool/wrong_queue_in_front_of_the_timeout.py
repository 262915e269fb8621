"""A lock keeps the callers in line, and nobody measures how long one waits for that lock.

Rejected by: test_patience_is_ones_own
"""

from __future__ import annotations

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
        self._turn = threading.Lock()

    def _take_place(self, timeout: float | None) -> C | None:
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
            return None

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
        with self._turn:  # first come, first served
            connection = self._take_place(timeout)
        if connection is None:
            try:
                connection = self._connect()
            except BaseException:
                self._free_place()
                raise
        try:
            yield connection
        except BaseException:
            try:
                connection.close()
            finally:
                self._free_place()
            raise
        else:
            self._give_back(connection)

    @property
    def open(self) -> int:
        """How many connections are open now."""
        with self._cond:
            return self._open
