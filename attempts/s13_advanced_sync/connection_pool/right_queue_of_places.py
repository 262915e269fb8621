"""A stack of places, each a list with its connection or nothing: the used ones lie on top, the empty ones below."""

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar


class Connection(Protocol):
    """What connect() returns."""

    def close(self) -> None:
        """Give the connection back to the database."""


BEING_OPENED = object()
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
        self._all: list[list[object]] = [[None] for _ in range(size)]  # [None]: an empty place
        self._places: queue.PriorityQueue[tuple[bool, int]] = queue.PriorityQueue()  # those with a connection first
        for number in range(size):
            self._places.put((True, number))

    @contextmanager
    def lease(self, timeout: float | None = None) -> Iterator[C]:
        """Lend a connection for a block."""
        if timeout is not None and timeout < 0:
            raise ValueError(timeout)
        try:
            _, number = self._places.get(timeout != 0, timeout)
        except queue.Empty:
            raise PoolTimeout(f"no connection became free in {timeout} s") from None
        place = self._all[number]  # ours alone until it is put back
        try:
            connection = place[0]
            if connection is None:
                place[0] = BEING_OPENED
                try:
                    connection = place[0] = self._connect()
                except BaseException:
                    place[0] = None
                    raise
            try:
                yield connection
            except BaseException:
                place[0] = None
                connection.close()
                raise
        finally:
            self._places.put((place[0] is None, number))

    @property
    def open(self) -> int:
        """How many connections are open now."""
        return sum(place[0] is not None for place in self._all)
