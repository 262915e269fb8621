"""One lock for all: right, and the readers line up.

Rejected by: test_readers_share
"""

from contextlib import contextmanager
from threading import Lock


class ReadWriteLock:
    def __init__(self):
        self._lock = Lock()
        self._inside = None

    def _acquire(self, kind, timeout):
        if timeout is not None and timeout < 0:
            raise ValueError(timeout)
        if not self._lock.acquire(timeout=-1 if timeout is None else timeout):
            return False
        self._inside = kind
        return True

    def _release(self, kind):
        if self._inside != kind:
            raise RuntimeError(kind)
        self._inside = None
        self._lock.release()

    def acquire_read(self, timeout=None):
        return self._acquire("read", timeout)

    def release_read(self):
        self._release("read")

    def acquire_write(self, timeout=None):
        return self._acquire("write", timeout)

    def release_write(self):
        self._release("write")

    @contextmanager
    def reading(self):
        self.acquire_read()
        try:
            yield
        finally:
            self.release_read()

    @contextmanager
    def writing(self):
        self.acquire_write()
        try:
            yield
        finally:
            self.release_write()
