"""Raises a kind of PoolTimeout that says what was the matter: who catches PoolTimeout gets it, too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Generic, Protocol, TypeVar


class Connection(Protocol):
    """What connect() returns."""

    def close(self) -> None:
        """Give the connection back to the database."""


C = TypeVar("C", bound=Connection)


class PoolTimeout(TimeoutError):
    """No connection became free in time."""


class AllLent(PoolTimeout):
    """All connections were lent, for as long as the caller wanted to wait."""


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

    @contextmanager
    def lease(self, timeout: float | None = None) -> Iterator[C]:
        """Lend a connection for a block."""
        if timeout is not None and timeout < 0:
            raise ValueError(timeout)
        with self._changed:
            if not self._changed.wait_for(lambda: self._idle or self._open < self._size, timeout):
                raise AllLent(f"no connection became free in {timeout} s")
            reserved = not self._idle
            if reserved:
                self._open += 1
            else:
                connection = self._idle.pop()
        if reserved:
            try:
                connection = self._connect()
            except BaseException:
                self._give_up_a_place()
                raise
        try:
            yield connection
        except BaseException:
            connection.close()
            self._give_up_a_place()
            raise
        with self._changed:
            self._idle.append(connection)
            self._changed.notify()

    def _give_up_a_place(self) -> None:
        with self._changed:
            self._open -= 1
            self._changed.notify()

    @property
    def open(self) -> int:
        """How many connections are open now."""
        with self._changed:
            return self._open
