"""Break this conveyor belt with a schedule of your own, then repair it, and give it timeouts and an end.

A belt between two machines, with room for a few parts. With one machine at either end it never failed. Last night
there were two at either end, and the shift stood still: a belt with room on it, one machine asleep that wants to
put a part there, one asleep that wants to take one.
"""

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")

BREAKING_RUN: list[str] = []  # TODO: which six steps stop the night shift?
"""A run that breaks the belt below, as it was handed over, with capacity 1.

Threads C1 and C2 call get() once, P1 and P2 call put() once. Each entry names a thread and lets it run until it waits
or ends. notify() wakes the thread that has waited longest: from then on it may be named again. To name a thread that
has ended or that still waits is illegal. Yours has to end with every thread ended or waiting, but not all ended.
"""


class Closed(Exception):
    """The conveyor is closed."""


class Conveyor(Generic[T]):
    """First in, first out, never more than `capacity` items inside. For any number of threads.

    An item is handed to exactly one get, or its put raised. Items may be anything, None too. Waiting calls sleep: they
    do not look again and again. (Items of puts that still wait do not count as inside.)
    """

    def __init__(self, capacity: int) -> None:
        """ValueError if capacity < 1."""
        self._items: deque[T] = deque()
        self._capacity = capacity
        self._changed = threading.Condition()  # TODO: one condition. How many reasons to wait?

    def put(self, item: T, timeout: float | None = None) -> None:  # TODO: the timeout, and Closed
        """Put the item on the belt; wait while it is full.

        Closed if the conveyor is closed, or gets closed before there is room. TimeoutError if there was no room for
        `timeout` seconds in all (None: wait for ever; 0: do not wait).
        """
        with self._changed:
            while len(self._items) >= self._capacity:
                self._changed.wait()
            self._items.append(item)
            self._changed.notify()  # TODO: who may be the one that hears this?

    def get(self, timeout: float | None = None) -> T:  # TODO: the timeout, and Closed
        """Take the oldest item; wait while there is none.

        A closed conveyor still hands out what is left on it, and then raises Closed, also to those who wait.
        TimeoutError if there was no item for `timeout` seconds in all (None: wait for ever; 0: do not wait).
        """
        with self._changed:
            while not self._items:
                self._changed.wait()
            item = self._items.popleft()
            self._changed.notify()
            return item

    def close(self) -> None:
        """From now on nothing can be put on the belt. Waits for nobody, wakes everybody, and may be called again."""
        raise NotImplementedError  # TODO
