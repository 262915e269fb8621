"""Wakes one of all who wait: it is one of the wrong kind and goes back to sleep.

Rejected by: test_readers_get_through_a_stream_of_writers
"""

from contextlib import contextmanager
from threading import Condition, Event


class ReadWriteLock:
    def __init__(self):
        self._changed = Condition()
        self._readers = 0
        self._writer = False
        self._reading = []
        self._writing = []

    def acquire_read(self, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError(timeout)
        with self._changed:
            if not self._writer and not self._writing:
                self._readers += 1
                return True
            return self._wait(self._reading, timeout)

    def release_read(self):
        with self._changed:
            if not self._readers:
                raise RuntimeError
            self._readers -= 1
            if not self._readers:
                self._next_writer()

    def acquire_write(self, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError(timeout)
        with self._changed:
            if not self._writer and not self._readers:
                self._writer = True
                return True
            entered = self._wait(self._writing, timeout)
            if not entered and not self._writer and not self._writing:
                self._all_readers()
            return entered

    def release_write(self):
        with self._changed:
            if not self._writer:
                raise RuntimeError
            self._writer = False
            self._all_readers()
            if not self._readers:
                self._next_writer()

    def _wait(self, line, timeout):
        ticket = Event()
        line.append(ticket)
        if self._changed.wait_for(ticket.is_set, timeout):
            return True
        line.remove(ticket)
        return False

    def _all_readers(self):
        for ticket in self._reading:
            self._readers += 1
            ticket.set()
        self._reading.clear()
        self._changed.notify()

    def _next_writer(self):
        if self._writing:
            self._writer = True
            self._writing.pop(0).set()
            self._changed.notify()

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
