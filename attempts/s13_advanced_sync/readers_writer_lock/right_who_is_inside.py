"""Knows who is inside by thread, and refuses to let anybody in twice; a Semaphore for each who waits."""

from collections import deque
from contextlib import contextmanager
from threading import Lock, Semaphore, current_thread


class ReadWriteLock:
    def __init__(self):
        self._mutex = Lock()
        self._readers = set()
        self._writer = None
        self._reader_line = {}
        self._writer_line = {}

    def _check(self, timeout):
        if timeout is not None and timeout < 0:
            raise ValueError("timeout < 0")
        me = current_thread()
        if me is self._writer or me in self._readers:
            raise RuntimeError("not reentrant")
        return me

    def acquire_read(self, timeout=None):
        me = self._check(timeout)
        with self._mutex:
            if self._writer is None and not self._writer_line:
                self._readers.add(me)
                return True
            if timeout == 0:
                return False
            gate = self._reader_line[me] = Semaphore(0)
        if gate.acquire(timeout=timeout):
            return True
        with self._mutex:
            return self._reader_line.pop(me, None) is None

    def acquire_write(self, timeout=None):
        me = self._check(timeout)
        with self._mutex:
            if self._writer is None and not self._readers:
                self._writer = me
                return True
            if timeout == 0:
                return False
            gate = self._writer_line[me] = Semaphore(0)
        if gate.acquire(timeout=timeout):
            return True
        with self._mutex:
            if self._writer_line.pop(me, None) is None:
                return True
            if self._writer is None and not self._writer_line:
                self._admit_readers()
            return False

    def _admit_readers(self):
        while self._reader_line:
            thread, gate = self._reader_line.popitem()
            self._readers.add(thread)
            gate.release()

    def _admit_writer(self):
        for thread in list(self._writer_line)[-1:]:
            self._writer = thread
            self._writer_line.pop(thread).release()

    def release_read(self):
        me = current_thread()
        with self._mutex:
            if me not in self._readers:
                raise RuntimeError("not a reader")
            self._readers.remove(me)
            if not self._readers:
                self._admit_writer()

    def release_write(self):
        with self._mutex:
            if self._writer is not current_thread():
                raise RuntimeError("not the writer")
            self._writer = None
            self._admit_readers()
            if not self._readers:
                self._admit_writer()

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
