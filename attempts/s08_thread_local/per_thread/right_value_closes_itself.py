"""A threading.local subclass whose value closes itself when the thread's dict is thrown away."""
from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class _Holder:
    def __init__(self, registry: PerThread[Any], resource: Any) -> None:
        self.registry = registry
        self.resource = resource

    def __del__(self) -> None:
        self.registry._release(id(self))


class _Slot(threading.local):
    holder: _Holder | None = None


class PerThread(Generic[T]):
    def __init__(self, open_: Callable[[], T], close: Callable[[T], None]) -> None:
        self._open = open_
        self._close = close
        self._slot = _Slot()
        self._cond = threading.Condition(threading.RLock())
        self._open_ones: dict[int, tuple[T]] = {}
        self._closing = 0
        self._closed = False

    def _release(self, key: int) -> None:
        with self._cond:
            box = self._open_ones.pop(key, None)
            if box is None:
                return
            self._closing += 1
        try:
            self._close(box[0])
        finally:
            with self._cond:
                self._closing -= 1
                self._cond.notify_all()

    def get(self) -> T:
        if self._closed:
            raise RuntimeError("closed")
        holder = self._slot.holder
        if holder is not None:
            return holder.resource
        resource = self._open()
        holder = _Holder(self, resource)
        with self._cond:
            late = self._closed
            if not late:
                self._open_ones[id(holder)] = (resource,)
                self._slot.holder = holder
        if late:
            self._close(resource)
            raise RuntimeError("closed meanwhile")
        return resource

    def open_count(self) -> int:
        with self._cond:
            return len(self._open_ones)

    def close(self) -> None:
        with self._cond:
            self._closed = True
            keys = list(self._open_ones)
        for key in keys:
            self._release(key)
        with self._cond:
            self._cond.wait_for(lambda: not self._closing)
