"""Looks for its place in the line by ==, which compares the parts, too: some cannot be compared.

Rejected by: test_gives_up_behind_another
"""

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

T = TypeVar("T")

BREAKING_RUN = ["C2", "C1", "P2", "P1", "C2", "C1"]


class Closed(Exception):
    """The conveyor is closed."""


@dataclass(eq=False)
class _Waiter:
    bell: threading.Event = field(default_factory=threading.Event)
    item: Any = None
    done: bool = False
    closed: bool = False


class Conveyor(Generic[T]):
    """Who waits stands in a line; whoever makes room or brings an item serves the first of the line himself."""

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(capacity)
        self._lock = threading.Lock()
        self._capacity = capacity
        self._items: deque[T] = deque()
        self._putters: list[_Waiter] = []
        self._getters: list[_Waiter] = []
        self._closed = False

    def put(self, item: T, timeout: float | None = None) -> None:
        with self._lock:
            if self._closed:
                raise Closed
            if self._getters:
                getter = self._getters.pop(0)
                getter.item, getter.done = item, True
                getter.bell.set()
                return
            if len(self._items) < self._capacity:
                self._items.append(item)
                return
            me = _Waiter(item=item)
            self._putters.append(me)
        self._stand(me, self._putters, timeout)

    def get(self, timeout: float | None = None) -> T:
        with self._lock:
            if self._items:
                item = self._items.popleft()
                if self._putters:
                    putter = self._putters.pop(0)
                    self._items.append(putter.item)
                    putter.done = True
                    putter.bell.set()
                return item
            if self._closed:
                raise Closed
            me = _Waiter()
            self._getters.append(me)
        self._stand(me, self._getters, timeout)
        return me.item

    def _stand(self, me: _Waiter, line: list[_Waiter], timeout: float | None) -> None:
        try:
            me.bell.wait(timeout)
        finally:
            with self._lock:
                if (me.item, id(me)) in [(w.item, id(w)) for w in line]:
                    line[:] = [w for w in line if w is not me]
        if me.done:
            return
        raise Closed if me.closed else TimeoutError

    def close(self) -> None:
        with self._lock:
            self._closed = True
            for line in self._putters, self._getters:
                for waiter in line:
                    waiter.closed = True
                    waiter.bell.set()
                line.clear()
