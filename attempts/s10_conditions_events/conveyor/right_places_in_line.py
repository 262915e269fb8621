"""Each waiting call has a place in line and a lock there: it is opened when its item, or its room, is handed over."""

import threading
from collections import deque
from typing import Any, Generic, TypeVar

T = TypeVar("T")

BREAKING_RUN: list[str] = ["C1", "C2", "P2", "P1", "C1", "C2"]


class Closed(Exception):
    pass


class Place:
    """Where one call waits for its answer."""

    def __init__(self, item: Any = None) -> None:
        self.item = item
        self.answer = ""  # or "done", or "closed"
        self._door = threading.Lock()
        self._door.acquire()

    def reply(self, answer: str, item: Any = None) -> None:
        self.answer, self.item = answer, item
        self._door.release()

    def wait(self, timeout: float | None) -> None:
        self._door.acquire(timeout=-1 if timeout is None else timeout)


class Conveyor(Generic[T]):
    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(capacity)
        self._lock = threading.Lock()
        self._capacity = capacity
        self._items: deque[T] = deque()
        self._closed = False
        self._putting: deque[Place] = deque()
        self._getting: deque[Place] = deque()

    def put(self, item: T, timeout: float | None = None) -> None:
        with self._lock:
            if self._closed:
                raise Closed
            if self._getting:  # then the belt is empty
                self._getting.popleft().reply("done", item)
                return
            if len(self._items) < self._capacity:
                self._items.append(item)
                return
            place = Place(item)
            self._putting.append(place)
        self._finish(place, self._putting, timeout)

    def get(self, timeout: float | None = None) -> T:
        with self._lock:
            if self._items:
                item = self._items.popleft()
                if self._putting:
                    place = self._putting.popleft()
                    self._items.append(place.item)
                    place.reply("done")
                return item
            if self._closed:
                raise Closed
            place = Place()
            self._getting.append(place)
        self._finish(place, self._getting, timeout)
        return place.item

    def _finish(self, place: Place, line: deque[Place], timeout: float | None) -> None:
        place.wait(timeout)
        with self._lock:
            if not place.answer:
                line.remove(place)
                raise TimeoutError
        if place.answer == "closed":
            raise Closed

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for line in (self._putting, self._getting):
                while line:
                    line.popleft().reply("closed")
