"""A lock of its own round close(): whoever closes waits for all others who do, and one slow close holds up each.

Rejected by: test_two_closes_at_the_same_time
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Lock
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
            raise ValueError(f"a pool has at least one place, not {size}")
        self._connect = connect
        self._size = size
        self._open = 0  # idle, lent, or being opened or closed
        self._idle: list[C] = []
        self._changed = Condition()  # guards both
        self._closing = Lock()

    def _there_is_one(self) -> bool:
        return bool(self._idle) or self._open < self._size

    @contextmanager
    def lease(self, timeout: float | None = None) -> Iterator[C]:
        """Lend a connection for a block."""
        if timeout is not None and timeout < 0:
            raise ValueError(timeout)
        connection = self._take(timeout)
        try:
            yield connection
        except BaseException:
            with self._closing:
                connection.close()
            self._give_up_a_place()
            raise
        with self._changed:
            self._idle.append(connection)
            self._changed.notify()

    def _take(self, timeout: float | None) -> C:
        with self._changed:
            if not self._changed.wait_for(self._there_is_one, timeout):
                raise PoolTimeout(f"no connection became free in {timeout} s")
            if self._idle:
                return self._idle.pop()
            self._open += 1
        try:
            return self._connect()
        except BaseException:
            self._give_up_a_place()
            raise

    def _give_up_a_place(self) -> None:
        with self._changed:
            self._open -= 1
            self._changed.notify()

    @property
    def open(self) -> int:
        """How many connections are open now."""
        with self._changed:
            return self._open
