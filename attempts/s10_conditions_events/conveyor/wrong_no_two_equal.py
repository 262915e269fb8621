"""Takes an item that equals one on the belt for the same one, and does not put it: parts may be alike.

Rejected by: test_against_a_model
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
            raise ValueError(f"a belt with room for {capacity}")
        self._items: deque[T] = deque()
        self._capacity = capacity
        self._changed = threading.Condition()
        self._closed = False

    def put(self, item: T, timeout: float | None = None) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._items) < self._capacity, timeout)
            if self._closed:
                raise Closed
            if len(self._items) >= self._capacity:
                raise TimeoutError
            if item not in self._items:
                self._items.append(item)
            self._changed.notify_all()

    def get(self, timeout: float | None = None) -> T:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._items, timeout)
            if not self._items:
                raise Closed if self._closed else TimeoutError
            self._changed.notify_all()
            return self._items.popleft()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
