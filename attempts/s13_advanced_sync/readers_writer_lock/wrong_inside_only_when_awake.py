"""Readers that were let in count as inside only when they wake: until then a writer can enter.

Rejected by: test_the_turn_is_the_readers
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(eq=False)
class _Ticket:
    cond: threading.Condition
    granted: bool = field(default=False)


class ReadWriteLock:
    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._readers = 0
        self._writer = False
        self._waiting_readers: deque[_Ticket] = deque()
        self._waiting_writers: deque[_Ticket] = deque()

    @staticmethod
    def _check(timeout: float | None) -> None:
        if timeout is not None and timeout < 0:
            raise ValueError("timeout must be non-negative or None")

    def acquire_read(self, timeout: float | None = None) -> bool:
        self._check(timeout)
        with self._mutex:
            if not self._writer and not self._waiting_writers:
                self._readers += 1
                return True
            if timeout == 0:
                return False
            ticket = _Ticket(threading.Condition(self._mutex))
            self._waiting_readers.append(ticket)
            try:
                ticket.cond.wait_for(lambda: ticket.granted, timeout)
            except BaseException:
                if ticket.granted:
                    self._readers -= 1
                    self._after_reader_left()
                else:
                    self._waiting_readers.remove(ticket)
                raise
            if ticket.granted:
                self._readers += 1
                return True
            self._waiting_readers.remove(ticket)
            return False

    def release_read(self) -> None:
        with self._mutex:
            if self._readers == 0:
                raise RuntimeError("release_read() called without a reader inside")
            self._readers -= 1
            self._after_reader_left()

    def acquire_write(self, timeout: float | None = None) -> bool:
        self._check(timeout)
        with self._mutex:
            if not self._writer and self._readers == 0 and not self._waiting_writers:
                self._writer = True
                return True
            if timeout == 0:
                return False
            ticket = _Ticket(threading.Condition(self._mutex))
            self._waiting_writers.append(ticket)
            try:
                ticket.cond.wait_for(lambda: ticket.granted, timeout)
            except BaseException:
                if ticket.granted:
                    self._writer = False
                    self._after_writer_left()
                else:
                    self._cancel_writer(ticket)
                raise
            if ticket.granted:
                return True
            self._cancel_writer(ticket)
            return False

    def release_write(self) -> None:
        with self._mutex:
            if not self._writer:
                raise RuntimeError("release_write() called without a writer inside")
            self._writer = False
            self._after_writer_left()

    @contextmanager
    def reading(self) -> Iterator[None]:
        self.acquire_read()
        try:
            yield
        finally:
            self.release_read()

    @contextmanager
    def writing(self) -> Iterator[None]:
        self.acquire_write()
        try:
            yield
        finally:
            self.release_write()

    def _admit_all_readers(self) -> None:
        while self._waiting_readers:
            t = self._waiting_readers.popleft()
            t.granted = True
            t.cond.notify()

    def _admit_one_writer(self) -> None:
        if self._waiting_writers:
            t = self._waiting_writers.popleft()
            t.granted = True
            self._writer = True
            t.cond.notify()

    def _after_reader_left(self) -> None:
        if self._readers == 0:
            self._admit_one_writer()

    def _after_writer_left(self) -> None:
        if self._waiting_readers:
            self._admit_all_readers()
        else:
            self._admit_one_writer()

    def _cancel_writer(self, ticket: _Ticket) -> None:
        self._waiting_writers.remove(ticket)
        if not self._waiting_writers and not self._writer:
            self._admit_all_readers()
