"""One line of events for both kinds; whoever leaves or gives up goes through it and sets those who may enter."""

from contextlib import contextmanager
from threading import Event, RLock


class ReadWriteLock:
    def __init__(self):
        self._lock = RLock()
        self._inside = []
        self._line = []

    def acquire_read(self, timeout=None):
        return self._acquire("R", timeout)

    def acquire_write(self, timeout=None):
        return self._acquire("W", timeout)

    def release_read(self):
        self._release("R")

    def release_write(self):
        self._release("W")

    def _acquire(self, kind, timeout):
        if timeout is not None and timeout < 0:
            raise ValueError(timeout)
        place = kind, Event()
        with self._lock:
            self._line.append(place)
            self._let_in()
            if place not in self._line:
                return True
            if timeout == 0:
                return self._give_up(place)
        if place[1].wait(timeout):
            return True
        with self._lock:
            return place not in self._line or self._give_up(place)

    def _give_up(self, place):
        self._line.remove(place)
        self._let_in()
        return False

    def _release(self, kind):
        with self._lock:
            if kind not in self._inside:
                raise RuntimeError(kind)
            self._inside.remove(kind)
            if kind == "W":
                self._enter("R")
            self._let_in()

    def _let_in(self):
        if "W" not in self._inside and not any(kind == "W" for kind, _ in self._line):
            self._enter("R")
        elif not self._inside:
            self._enter("W", 1)

    def _enter(self, kind, number=None):
        for place in [place for place in self._line if place[0] == kind][:number]:
            self._line.remove(place)
            self._inside.append(kind)
            place[1].set()

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
