"""Two semaphores, for places and parts; once it is closed a permit of each goes round."""

import threading
import time
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

BREAKING_RUN = ["C1", "C2", "P1", "P2", "C1", "C2"]


class Closed(Exception):
    """The conveyor is closed."""


class Conveyor(Generic[T]):
    def __init__(self, capacity):
        if capacity < 1:
            raise ValueError("capacity")
        self._slots = threading.Semaphore(capacity)
        self._filled = threading.Semaphore(0)
        self._items = deque()
        self._lock = threading.Lock()
        self._closed = False

    def put(self, item, timeout=None):
        if not self._slots.acquire(timeout=timeout):
            with self._lock:
                if self._closed:
                    raise Closed
            raise TimeoutError
        with self._lock:
            if self._closed:
                self._slots.release()
                raise Closed
            self._items.append(item)
        self._filled.release()

    def get(self, timeout=None):
        if not self._filled.acquire(timeout=timeout):
            with self._lock:
                if self._closed:
                    raise Closed
            raise TimeoutError
        with self._lock:
            if not self._items:
                self._filled.release()
                raise Closed
            item = self._items.popleft()
        self._slots.release()
        return item

    def close(self):
        with self._lock:
            if self._closed:
                return
            self._closed = True
        self._slots.release()
        self._filled.release()
