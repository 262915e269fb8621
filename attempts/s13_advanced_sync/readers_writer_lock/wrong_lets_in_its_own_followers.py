"""The last writer that gives up lets in only the readers that came behind it.

Those that an earlier writer kept out still stand at a closed door.

Rejected by: test_writer_that_gives_up_opens_the_door
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class _Ticket:
    def __init__(self) -> None:
        self.gate = threading.Semaphore(0)
        self.granted = False
        self.behind: _Ticket | None = None

    def grant(self) -> None:
        self.granted = True
        self.gate.release()


class ReadWriteLock:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers = 0
        self._writer = False
        self._waiting_readers: deque[_Ticket] = deque()
        self._waiting_writers: deque[_Ticket] = deque()

    def _admit_readers(self) -> None:
        while self._waiting_readers:
            self._readers += 1
            self._waiting_readers.popleft().grant()

    def _admit_writer(self) -> None:
        if self._waiting_writers and not self._readers and not self._writer:
            self._writer = True
            self._waiting_writers.popleft().grant()

    @staticmethod
    def _check(timeout: float | None) -> None:
        if timeout is not None and timeout < 0:
            raise ValueError("timeout < 0")

    def acquire_read(self, timeout: float | None = None) -> bool:
        self._check(timeout)
        with self._lock:
            if not self._writer and not self._waiting_writers:
                self._readers += 1
                return True
            if timeout == 0:
                return False
            ticket = _Ticket()
            ticket.behind = self._waiting_writers[-1] if self._waiting_writers else None
            self._waiting_readers.append(ticket)
        if timeout is None:
            ticket.gate.acquire()
            return True
        if ticket.gate.acquire(timeout=timeout):
            return True
        with self._lock:
            if ticket.granted:
                return True
            self._waiting_readers.remove(ticket)
            return False

    def release_read(self) -> None:
        with self._lock:
            if not self._readers:
                raise RuntimeError("no reader inside")
            self._readers -= 1
            self._admit_writer()

    def acquire_write(self, timeout: float | None = None) -> bool:
        self._check(timeout)
        with self._lock:
            if not self._writer and not self._readers:
                self._writer = True
                return True
            if timeout == 0:
                return False
            ticket = _Ticket()
            self._waiting_writers.append(ticket)
        if timeout is None:
            ticket.gate.acquire()
            return True
        if ticket.gate.acquire(timeout=timeout):
            return True
        with self._lock:
            if ticket.granted:
                return True
            self._waiting_writers.remove(ticket)
            if not self._waiting_writers and not self._writer:
                early = [t for t in self._waiting_readers if t.behind is not ticket]
                for t in early:
                    self._waiting_readers.remove(t)
                self._admit_readers()
                self._waiting_readers.extend(early)
            return False

    def release_write(self) -> None:
        with self._lock:
            if not self._writer:
                raise RuntimeError("no writer inside")
            self._writer = False
            if self._waiting_readers:
                self._admit_readers()
            else:
                self._admit_writer()

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
