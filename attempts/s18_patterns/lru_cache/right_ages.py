"""A plain dict of values and ages, the oldest is searched for; and the class is not generic."""

from collections.abc import Callable
from itertools import count
from threading import RLock
from typing import Any, NamedTuple


class Stats(NamedTuple):
    hits: int
    misses: int
    evictions: int


class LRUCache:
    def __init__(self, capacity: int, on_evict: Callable[[Any, Any], None] | None = None) -> None:
        if capacity < 1:
            raise ValueError(f"capacity has to be 1 at least, not {capacity}")
        self._cap = capacity
        self._callback = on_evict
        self._entries: dict[Any, list] = {}
        self._ticks = count()
        self._mutex = RLock()
        self._counts = Stats(0, 0, 0)

    def get(self, key: Any, default: Any = None) -> Any:
        with self._mutex:
            entry = self._entries.get(key)
            h, m, e = self._counts
            if entry is None:
                self._counts = Stats(h, m + 1, e)
                return default
            self._counts = Stats(h + 1, m, e)
            entry[1] = next(self._ticks)
            return entry[0]

    def put(self, key: Any, value: Any) -> None:
        self._mutex.acquire()
        try:
            victim = ()
            entry = self._entries.get(key)
            if entry is not None:
                entry[:] = [value, next(self._ticks)]
                return
            if len(self._entries) >= self._cap:
                oldest = min(self._entries, key=lambda k: self._entries[k][1])
                victim = (oldest, self._entries.pop(oldest)[0])
                self._counts = self._counts._replace(evictions=self._counts.evictions + 1)
            self._entries[key] = [value, next(self._ticks)]
        finally:
            self._mutex.release()
        if victim and self._callback is not None:
            self._callback(*victim)

    def pop(self, key: Any, default: Any = None) -> Any:
        with self._mutex:
            entry = self._entries.pop(key, None)
            return default if entry is None else entry[0]

    def items(self) -> list[tuple[Any, Any]]:
        with self._mutex:
            ordered = sorted(self._entries.items(), key=lambda pair: pair[1][1])
            return [(k, e[0]) for k, e in ordered]

    def stats(self) -> Stats:
        return self._counts

    def __len__(self) -> int:
        with self._mutex:
            return len(self._entries)
