"""Lets getters take turns by a lock around the whole get: the second one cannot give up while the first one waits.

Rejected by: test_gives_up_behind_another
"""

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

BREAKING_RUN = ["C1", "C2", "P1", "P2", "C1", "C2"]


class Closed(Exception):
    """The conveyor is closed."""


class Conveyor(Generic[T]):
    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError("capacity < 1")
        self._items: deque[T] = deque()
        self._capacity = capacity
        self._closed = False
        lock = threading.Lock()
        self._line = threading.Lock()
        self._not_empty = threading.Condition(lock)
        self._not_full = threading.Condition(lock)

    def put(self, item: T, timeout: float | None = None) -> None:
        with self._not_full:
            if not self._not_full.wait_for(lambda: self._closed or len(self._items) < self._capacity, timeout):
                raise TimeoutError
            if self._closed:
                raise Closed
            self._items.append(item)
            self._not_empty.notify()

    def get(self, timeout: float | None = None) -> T:
        with self._line, self._not_empty:
            if not self._not_empty.wait_for(lambda: self._closed or len(self._items) > 0, timeout):
                raise TimeoutError
            if not self._items:
                raise Closed
            item = self._items.popleft()
            self._not_full.notify()
            return item

    def close(self) -> None:
        with self._not_full:
            self._closed = True
            self._not_full.notify_all()
            self._not_empty.notify_all()
