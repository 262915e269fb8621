"""Readers and writers wait at one condition, and the writer's turn wakes one of all: perhaps a reader.

Rejected by: test_turn_wakes_the_writer
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Lock


class ReadWriteLock:
    def __init__(self) -> None:
        self._lock = Lock()
        self._door = Condition(self._lock)
        self._desk = self._door
        self._reading = 0
        self._writing = False
        self._tokens = 0
        self._writers_waiting = 0
        self._readers_waiting = 0
        self._generation = 0

    @staticmethod
    def _check(timeout: float | None) -> None:
        if timeout is not None and timeout < 0:
            raise ValueError("timeout < 0")

    def _open_door(self) -> None:
        self._generation += 1
        self._reading += self._readers_waiting
        self._readers_waiting = 0
        self._door.notify_all()

    def _give_token(self) -> None:
        if self._writers_waiting:
            self._writers_waiting -= 1
            self._writing = True
            self._tokens += 1
            self._desk.notify()

    def acquire_read(self, timeout: float | None = None) -> bool:
        self._check(timeout)
        with self._lock:
            if not self._writing and not self._writers_waiting:
                self._reading += 1
                return True
            mine = self._generation
            self._readers_waiting += 1
            if self._door.wait_for(lambda: self._generation != mine, timeout):
                return True
            self._readers_waiting -= 1
            return False

    def release_read(self) -> None:
        with self._lock:
            if self._reading < 1:
                raise RuntimeError("no reader")
            self._reading -= 1
            if self._reading == 0:
                self._give_token()

    def acquire_write(self, timeout: float | None = None) -> bool:
        self._check(timeout)
        with self._lock:
            if not self._writing and not self._reading:
                self._writing = True
                return True
            self._writers_waiting += 1
            if self._desk.wait_for(lambda: self._tokens > 0, timeout):
                self._tokens -= 1
                return True
            self._writers_waiting -= 1
            if not self._writing and not self._writers_waiting:
                self._open_door()
            return False

    def release_write(self) -> None:
        with self._lock:
            if not self._writing:
                raise RuntimeError("no writer")
            self._writing = False
            if self._readers_waiting:
                self._open_door()
            else:
                self._give_token()

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
