"""A put that does not wait looks for room first: on a belt that is full and closed it raises TimeoutError.

Rejected by: test_against_a_model
"""

import threading
import time
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

BREAKING_RUN: list[str] = ["C1", "C2", "P1", "P2", "C1", "C2"]


class Closed(Exception):
    """The conveyor is closed."""


class Conveyor(Generic[T]):
    def __init__(self, capacity):
        if capacity < 1:
            raise ValueError("capacity")
        self._items = deque()
        self._capacity = capacity
        self._closed = False
        self._lock = threading.Lock()
        self._room = threading.Condition(self._lock)
        self._part = threading.Condition(self._lock)

    def put(self, item, timeout=None):
        end = None if timeout is None else time.monotonic() + timeout
        with self._lock:
            while len(self._items) >= self._capacity and (not self._closed or timeout == 0):
                left = None if end is None else end - time.monotonic()
                if left is not None and left <= 0:
                    raise TimeoutError
                self._room.wait(left)
            if self._closed:
                raise Closed
            self._items.append(item)
            self._part.notify()

    def get(self, timeout=None):
        end = None if timeout is None else time.monotonic() + timeout
        with self._lock:
            while not self._items:
                if self._closed:
                    raise Closed
                left = None if end is None else end - time.monotonic()
                if left is not None and left <= 0:
                    raise TimeoutError
                self._part.wait(left)
            item = self._items.popleft()
            self._room.notify()
            return item

    def close(self):
        with self._lock:
            self._closed = True
            self._room.notify_all()
            self._part.notify_all()
