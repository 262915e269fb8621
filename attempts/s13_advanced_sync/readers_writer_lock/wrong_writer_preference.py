"""Readers wait while any writer waits, also when one has left: a stream of writers keeps them out.

Rejected by: test_readers_get_through_a_stream_of_writers
"""

from contextlib import contextmanager
from threading import Condition


class ReadWriteLock:
    def __init__(self):
        self._changed = Condition()
        self._readers = 0
        self._writer = False
        self._waiting_writers = 0

    def acquire_read(self, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError(timeout)
        with self._changed:
            if not self._changed.wait_for(lambda: not self._writer and not self._waiting_writers, timeout):
                return False
            self._readers += 1
            return True

    def release_read(self):
        with self._changed:
            if not self._readers:
                raise RuntimeError
            self._readers -= 1
            self._changed.notify_all()

    def acquire_write(self, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError(timeout)
        with self._changed:
            self._waiting_writers += 1
            try:
                if not self._changed.wait_for(lambda: not self._writer and not self._readers, timeout):
                    return False
            finally:
                self._waiting_writers -= 1
                self._changed.notify_all()
            self._writer = True
            return True

    def release_write(self):
        with self._changed:
            if not self._writer:
                raise RuntimeError
            self._writer = False
            self._changed.notify_all()

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
