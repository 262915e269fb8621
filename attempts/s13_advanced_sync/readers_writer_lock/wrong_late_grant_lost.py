"""Does not look at the ticket again when its time is over: it was admitted, and will never leave.

Rejected by: test_late_grant_is_not_lost
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
        self._changed.release()
        entered = ticket.wait(timeout)
        self._changed.acquire()
        if not entered and ticket in line:
            line.remove(ticket)
        return entered

    def _all_readers(self):
        for ticket in self._reading:
            self._readers += 1
            ticket.set()
        self._reading.clear()
        self._changed.notify_all()

    def _next_writer(self):
        if self._writing:
            self._writer = True
            self._writing.pop(0).set()
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
