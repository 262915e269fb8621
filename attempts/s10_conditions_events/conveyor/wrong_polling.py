"""Sleeps for a millisecond and looks again, for as long as it takes.

Rejected by: test_no_busy_waiting
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
    """First in, first out, never more than `capacity` items inside. For any number of threads.

    An item is handed to exactly one get, or its put raised. Items may be anything, None too. Waiting calls sleep: they
    do not look again and again. (Items of puts that still wait do not count as inside.)
    """

    def __init__(self, capacity: int) -> None:
        """ValueError if capacity < 1."""
        if capacity < 1:
            raise ValueError(f"a belt has room for at least 1 item, not {capacity}")
        self._items: deque[T] = deque()
        self._capacity = capacity
        self._closed = False
        self._lock = threading.Lock()

    def put(self, item: T, timeout: float | None = None) -> None:
        """Put the item on the belt; wait while it is full.

        Closed if the conveyor is closed, or gets closed before there is room. TimeoutError if there was no room for
        `timeout` seconds in all (None: wait for ever; 0: do not wait).
        """
        give_up = None if timeout is None else time.monotonic() + timeout
        while True:
            with self._lock:
                if self._closed:
                    raise Closed("nothing can be put on a closed conveyor")
                if len(self._items) < self._capacity:
                    self._items.append(item)
                    return
            left = 0.001 if give_up is None else give_up - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"no room for {timeout} s")
            time.sleep(min(left, 0.001))

    def get(self, timeout: float | None = None) -> T:
        """Take the oldest item; wait while there is none.

        A closed conveyor still hands out what is left on it, and then raises Closed, also to those who wait.
        TimeoutError if there was no item for `timeout` seconds in all (None: wait for ever; 0: do not wait).
        """
        give_up = None if timeout is None else time.monotonic() + timeout
        while True:
            with self._lock:
                if self._items:
                    return self._items.popleft()
                if self._closed:
                    raise Closed("nothing is left on this conveyor, and nothing will come")
            left = 0.001 if give_up is None else give_up - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"no item for {timeout} s")
            time.sleep(min(left, 0.001))

    def close(self) -> None:
        """From now on nothing can be put on the belt. Waits for nobody, wakes everybody, and may be called again."""
        with self._lock:
            self._closed = True
