"""Whoever gives up calls the next ticket, and with it passes over somebody who still waits.

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
    """Getters draw tickets: first come, first served."""

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError("capacity < 1")
        self._items: deque[T] = deque()
        self._capacity = capacity
        self._closed = False
        self._changed = threading.Condition()
        self._next_ticket = self._serving = 0

    def put(self, item: T, timeout: float | None = None) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: self._closed or len(self._items) < self._capacity, timeout):
                raise TimeoutError
            if self._closed:
                raise Closed
            self._items.append(item)
            self._changed.notify_all()

    def get(self, timeout: float | None = None) -> T:
        with self._changed:
            ticket = self._next_ticket
            self._next_ticket += 1
            try:
                if not self._changed.wait_for(
                    lambda: self._closed or (self._items and self._serving == ticket), timeout
                ):
                    raise TimeoutError
                if not self._items:
                    raise Closed
                return self._items.popleft()
            finally:
                self._serving += 1
                self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
