"""Places in a LifoQueue, each with an idle connection or None: the one that came back last is lent first."""

import queue
import threading
from contextlib import contextmanager


class PoolTimeout(TimeoutError):
    pass


class ConnectionPool:
    def __init__(self, connect, size):
        if size < 1:
            raise ValueError(size)
        self._connect = connect
        self._places = queue.LifoQueue()
        for _ in range(size):
            self._places.put(None)
        self._lock = threading.Lock()
        self._open = 0

    def _count(self, more):
        with self._lock:
            self._open += more

    @contextmanager
    def lease(self, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError(timeout)
        try:
            place = self._places.get(timeout=timeout)
        except queue.Empty:
            raise PoolTimeout("no connection became free") from None
        back = None
        try:
            connection = place
            if connection is None:
                self._count(1)
                try:
                    connection = self._connect()
                except BaseException:
                    self._count(-1)
                    raise
            try:
                yield connection
            except BaseException:
                connection.close()
                self._count(-1)
                raise
            back = connection
        finally:
            self._places.put(back)

    @property
    def open(self):
        with self._lock:
            return self._open
