"""With timeout 0 a reader enters although a writer waits.

Rejected by: test_nobody_slips_in
"""

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager


class _Ticket:
    inside = False


class ReadWriteLock:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._readers = 0
        self._writer = False
        self._read_queue: list[_Ticket] = []
        self._write_queue: list[_Ticket] = []

    def _let_readers_in(self) -> None:
        for ticket in self._read_queue:
            ticket.inside = True
        self._readers += len(self._read_queue)
        self._read_queue.clear()
        self._changed.notify_all()

    def _let_writer_in(self) -> None:
        if self._write_queue:
            self._write_queue.pop(0).inside = True
            self._writer = True
            self._changed.notify_all()

    def _wait(self, ticket: _Ticket, timeout: float | None) -> bool:
        deadline = None if timeout is None else time.monotonic() + timeout
        while not ticket.inside:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return False
            self._changed.wait(left)
        return True

    def acquire_read(self, timeout: float | None = None) -> bool:
        if timeout is not None and timeout < 0:
            raise ValueError(f"timeout {timeout}")
        with self._changed:
            if not self._writer and (timeout == 0 or not self._write_queue):
                self._readers += 1
                return True
            ticket = _Ticket()
            self._read_queue.append(ticket)
            try:
                return self._wait(ticket, timeout)
            finally:
                if not ticket.inside:
                    self._read_queue.remove(ticket)

    def release_read(self) -> None:
        with self._changed:
            if not self._readers:
                raise RuntimeError("no reader is inside")
            self._readers -= 1
            if not self._readers:
                self._let_writer_in()

    def acquire_write(self, timeout: float | None = None) -> bool:
        if timeout is not None and timeout < 0:
            raise ValueError(f"timeout {timeout}")
        with self._changed:
            if not self._writer and not self._readers:
                self._writer = True
                return True
            ticket = _Ticket()
            self._write_queue.append(ticket)
            try:
                return self._wait(ticket, timeout)
            finally:
                if not ticket.inside:
                    self._write_queue.remove(ticket)
                    if not self._writer and not self._write_queue:
                        self._let_readers_in()

    def release_write(self) -> None:
        with self._changed:
            if not self._writer:
                raise RuntimeError("no writer is inside")
            self._writer = False
            if self._read_queue:
                self._let_readers_in()
            else:
                self._let_writer_in()

    @contextmanager
    def _held(self, acquire: object, release: object) -> Iterator[None]:
        acquire()  # type: ignore[operator]
        try:
            yield
        finally:
            release()  # type: ignore[operator]

    def reading(self) -> AbstractContextManager[None]:
        return self._held(self.acquire_read, self.release_read)

    def writing(self) -> AbstractContextManager[None]:
        return self._held(self.acquire_write, self.release_write)
