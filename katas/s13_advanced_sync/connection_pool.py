"""Write a pool that lends out a few connections to many threads, and never loses a place.

The database of a web shop accepts a fixed number of connections, and the web server has many more threads
than that. Queries fail, connecting fails, callers lose patience: none of that may cost the pool a place.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
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
        raise NotImplementedError  # TODO

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
        raise NotImplementedError  # TODO

    @property
    def open(self) -> int:
        """How many connections are open now: idle, lent or being opened."""
        raise NotImplementedError  # TODO
