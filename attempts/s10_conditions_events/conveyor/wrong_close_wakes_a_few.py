"""close() wakes as many as the belt has room for and one more: with four at either end some sleep on.

Rejected by: test_close_wakes_at_once
"""

import threading
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
        lock = threading.Lock()  # guards items and closed
        self._not_full = threading.Condition(lock)  # here wait those who put,
        self._not_empty = threading.Condition(lock)  # and here those who get

    def put(self, item: T, timeout: float | None = None) -> None:
        """Put the item on the belt; wait while it is full.

        Closed if the conveyor is closed, or gets closed before there is room. TimeoutError if there was no room for
        `timeout` seconds in all (None: wait for ever; 0: do not wait).
        """
        with self._not_full:
            if not self._not_full.wait_for(lambda: self._closed or len(self._items) < self._capacity, timeout):
                raise TimeoutError(f"no room for {timeout} s")
            if self._closed:  # with room, too
                raise Closed("nothing can be put on a closed conveyor")
            self._items.append(item)
            self._not_empty.notify()

    def get(self, timeout: float | None = None) -> T:
        """Take the oldest item; wait while there is none.

        A closed conveyor still hands out what is left on it, and then raises Closed, also to those who wait.
        TimeoutError if there was no item for `timeout` seconds in all (None: wait for ever; 0: do not wait).
        """
        with self._not_empty:
            if not self._not_empty.wait_for(lambda: self._closed or self._items, timeout):
                raise TimeoutError(f"no item for {timeout} s")
            if not self._items:  # what is left comes first, then the end
                raise Closed("nothing is left on this conveyor, and nothing will come")
            item = self._items.popleft()
            self._not_full.notify()
            return item

    def close(self) -> None:
        """From now on nothing can be put on the belt. Waits for nobody, wakes everybody, and may be called again."""
        with self._not_full:  # the lock of both
            self._closed = True
            self._not_full.notify(self._capacity + 1)
            self._not_empty.notify(self._capacity + 1)
