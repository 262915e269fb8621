"""A connection that broke was closed, so __exit__ takes a ConnectionError for dealt with: the caller never hears of it.

Rejected by: test_a_failed_block_costs_the_connection_only
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Generic, Protocol, TypeVar


class Connection(Protocol):
    def close(self) -> None: ...


C = TypeVar("C", bound=Connection)


class PoolTimeout(TimeoutError):
    """No connection became free in time."""


class _Loan:
    def __init__(self, pool: "ConnectionPool[Any]", timeout: float | None) -> None:
        self._pool, self._timeout = pool, timeout
        self._lent: list[Any] = []

    def __enter__(self) -> Any:
        connection = self._pool._borrow(self._timeout)
        self._lent.append(connection)
        return connection

    def __exit__(self, exc_type: type[BaseException] | None, *rest: object) -> bool:
        self._pool._give(self._lent.pop(), exc_type is not None)
        return exc_type is not None and issubclass(exc_type, ConnectionError)


class ConnectionPool(Generic[C]):
    def __init__(self, connect: Callable[[], C], size: int) -> None:
        if size < 1:
            raise ValueError("size < 1")
        self._connect = connect
        self._size = size
        self._free = threading.Semaphore(size)
        self._idle: list[C] = []
        self._lock = threading.Lock()
        self._n = 0

    def lease(self, timeout: float | None = None) -> AbstractContextManager[C]:
        if timeout is not None and timeout < 0:
            raise ValueError("timeout < 0")
        return _Loan(self, timeout)

    def _borrow(self, timeout: float | None) -> C:
        got = self._free.acquire(blocking=False) if timeout == 0 else self._free.acquire(timeout=timeout)
        if not got:
            raise PoolTimeout("none became free in time")
        try:
            return self._idle.pop()  # atomic; whoever has a permit finds an idle one or may open one
        except IndexError:
            pass
        with self._lock:
            self._n += 1
        try:
            return self._connect()
        except BaseException:
            self._forget()
            raise

    def _forget(self) -> None:
        with self._lock:
            self._n -= 1
        self._free.release()

    def _give(self, connection: C, broken: bool) -> None:
        if broken:
            connection.close()
            self._forget()
        else:
            self._idle.append(connection)
            self._free.release()

    @property
    def open(self) -> int:
        with self._lock:
            return self._n
