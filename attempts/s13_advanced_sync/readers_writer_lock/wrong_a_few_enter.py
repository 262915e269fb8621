"""No more than four of the waiting readers are let in at a time.

Rejected by: test_writer_that_gives_up_opens_the_door
"""

import contextlib
import threading


class _Ticket:
    def __init__(self):
        self.admitted = False


class ReadWriteLock:
    def __init__(self):
        self._cond = threading.Condition()
        self._readers = 0
        self._writer = False
        self._read_line = []
        self._write_line = []

    def _admit_readers(self):
        batch = self._read_line[:4]
        for t in batch:
            t.admitted = True
        self._readers += len(batch)
        del self._read_line[:4]

    def _admit_writer(self):
        if self._write_line:
            self._write_line.pop(0).admitted = True
            self._writer = True

    @staticmethod
    def _check(timeout):
        if timeout is not None and timeout < 0:
            raise ValueError("timeout must not be negative")

    def acquire_read(self, timeout=None):
        self._check(timeout)
        with self._cond:
            if not self._writer and not self._write_line:
                self._readers += 1
                return True
            if timeout == 0:
                return False
            ticket = _Ticket()
            self._read_line.append(ticket)
            try:
                self._cond.wait_for(lambda: ticket.admitted, timeout)
            except BaseException:
                if ticket.admitted:
                    self._leave_read()
                else:
                    self._read_line.remove(ticket)
                raise
            if ticket.admitted:
                return True
            self._read_line.remove(ticket)
            return False

    def _leave_read(self):
        self._readers -= 1
        if self._readers == 0:
            self._admit_writer()
            self._cond.notify_all()

    def release_read(self):
        with self._cond:
            if self._readers == 0:
                raise RuntimeError("no reader is inside")
            self._leave_read()

    def acquire_write(self, timeout=None):
        self._check(timeout)
        with self._cond:
            if not self._writer and self._readers == 0:
                self._writer = True
                return True
            if timeout == 0:
                return False
            ticket = _Ticket()
            self._write_line.append(ticket)
            try:
                self._cond.wait_for(lambda: ticket.admitted, timeout)
            except BaseException:
                if ticket.admitted:
                    self._leave_write()
                else:
                    self._give_up(ticket)
                raise
            if ticket.admitted:
                return True
            self._give_up(ticket)
            return False

    def _give_up(self, ticket):
        self._write_line.remove(ticket)
        if not self._writer and not self._write_line:
            self._admit_readers()
            self._cond.notify_all()

    def _leave_write(self):
        self._writer = False
        if self._read_line:
            self._admit_readers()
        else:
            self._admit_writer()
        self._cond.notify_all()

    def release_write(self):
        with self._cond:
            if not self._writer:
                raise RuntimeError("no writer is inside")
            self._leave_write()

    @contextlib.contextmanager
    def reading(self):
        self.acquire_read()
        try:
            yield
        finally:
            self.release_read()

    @contextlib.contextmanager
    def writing(self):
        self.acquire_write()
        try:
            yield
        finally:
            self.release_write()
