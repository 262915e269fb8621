"""A semaphore says whether one may go in, a list says which connection one gets.

The permit is taken first and given back last. In between lies everything else: looking for an idle
connection, connecting, the block, closing or putting back. One `finally` around all of it, so that no error
leaves with a permit in its pocket. A permit given back too early lets somebody in who finds no idle
connection yet, and opens one too many.

With a permit in hand there is either an idle connection or room for a new one: the connections that are lent,
being opened or closed belong to the holders of the other permits.

The list and the count have a short lock of their own. It is held for a few steps only, never while connect()
or close() runs: those are slow, and they may come back to the pool.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import BoundedSemaphore, Lock
from typing import Generic, Protocol, TypeVar


class Connection(Protocol):
    """What connect() returns. The pool asks nothing else of it."""

    def close(self) -> None:
        """Give the connection back to the database. Does not raise."""


C = TypeVar("C", bound=Connection)


class PoolTimeout(TimeoutError):
    """No connection became free in time."""


class ConnectionPool(Generic[C]):
    """A pool for any number of threads: at most size connections open, each lent to one caller at a time."""

    def __init__(self, connect: Callable[[], C], size: int) -> None:
        """ValueError if size < 1. Opens nothing yet: connections are opened when they are needed."""
        if size < 1:
            raise ValueError(f"a pool has at least one place, not {size}")
        self._connect = connect
        self._places = BoundedSemaphore(size)  # bounded: a permit given back twice is an error, not a place more
        self._idle: list[C] = []
        self._open = 0
        self._lock = Lock()  # guards _idle and _open

    def lease(self, timeout: float | None = None) -> AbstractContextManager[C]:
        """Lend a connection for a block: `with pool.lease() as connection: ...` Nothing is taken before the `with`.

        An idle connection is preferred to a new one. With size of them lent out (or being opened), the
        caller waits at most timeout seconds, then PoolTimeout. None: for ever; 0: not at all. ValueError if
        timeout < 0, by the call itself or at the `with`.

        The block ends normally: the connection is idle again. The block raises, whatever it is: the
        connection is closed, never lent again and not kept, and then its place is free. The exception goes on.

        connect() raises: the exception goes on, and the place is free.

        No lock of the pool is held while connect() or close() runs: other threads can use the pool
        meanwhile, two threads can be connecting at the same time, and both may read `open`.
        """
        if timeout is not None and timeout < 0:
            raise ValueError(f"a timeout is not negative, {timeout} is")
        return self._lease(timeout)

    @contextmanager
    def _lease(self, timeout: float | None) -> Iterator[C]:
        if not self._places.acquire(timeout=timeout):
            raise PoolTimeout(f"no connection became free in {timeout} s")
        try:
            connection = self._idle_or_new()
            try:
                yield connection
            except BaseException:  # nobody knows what state it is in
                try:
                    connection.close()
                finally:
                    self._one_less()
                raise
            with self._lock:
                self._idle.append(connection)
        finally:
            self._places.release()  # last of all

    def _idle_or_new(self) -> C:
        """Call this with a permit in hand."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
            self._open += 1  # being opened
        try:
            return self._connect()
        except BaseException:
            self._one_less()
            raise

    def _one_less(self) -> None:
        with self._lock:
            self._open -= 1

    @property
    def open(self) -> int:
        """How many connections are open now: idle, lent or being opened."""
        with self._lock:
            return self._open
