"""A writer that gives up lets the readers in, although another writer is inside.

Rejected by: test_giving_up_behind_a_writer_opens_nothing
"""

from contextlib import contextmanager
from threading import Condition


class ReadWriteLock:
    def __init__(self):
        self._changed = Condition()
        self._readers = self._waiting_readers = self._waiting_writers = 0
        self._writer = False
        self._phase = 0
        self._granted = False

    def acquire_read(self, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError("negative")
        with self._changed:
            if not self._writer and not self._waiting_writers:
                self._readers += 1
                return True
            self._waiting_readers += 1
            phase = self._phase
            if self._changed.wait_for(lambda: self._phase != phase, timeout):
                return True
            self._waiting_readers -= 1
            return False

    def _next_phase(self):
        self._phase += 1
        self._readers += self._waiting_readers
        self._waiting_readers = 0
        self._changed.notify_all()

    def _grant(self):
        if self._waiting_writers:
            self._waiting_writers -= 1
            self._writer = self._granted = True
            self._changed.notify_all()

    def release_read(self):
        with self._changed:
            if self._readers == 0:
                raise RuntimeError("nobody reads")
            self._readers -= 1
            if self._readers == 0:
                self._grant()

    def acquire_write(self, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError("negative")
        with self._changed:
            if not self._writer and not self._readers:
                self._writer = True
                return True
            self._waiting_writers += 1
            if self._changed.wait_for(lambda: self._granted, timeout):
                self._granted = False
                return True
            self._waiting_writers -= 1
            if not self._waiting_writers:
                self._next_phase()
            return False

    def release_write(self):
        with self._changed:
            if not self._writer:
                raise RuntimeError("nobody writes")
            self._writer = False
            if self._waiting_readers:
                self._next_phase()
            else:
                self._grant()

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
