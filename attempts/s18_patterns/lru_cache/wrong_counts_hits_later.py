"""Counts the hit in a second step: for a moment the entry has moved, and nobody has asked for it.

Rejected by: test_each_call_is_atomic
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Stats(NamedTuple):
    hits: int
    misses: int
    evictions: int


class LRUCache(Generic[K, V]):
    def __init__(self, capacity: int, on_evict: Callable[[K, V], None] | None = None) -> None:
        if capacity < 1:
            raise ValueError(f"a cache has room for one entry at least, not for {capacity}")
        self._capacity = capacity
        self._on_evict = on_evict
        self._lock = Lock()
        self._data: OrderedDict[K, V] = OrderedDict()
        self._hits = self._misses = self._evictions = 0

    def get(self, key: K, default: Any = None) -> Any:
        with self._lock:
            if key not in self._data:
                self._misses += 1
                return default
            self._data.move_to_end(key)
            value = self._data[key]
        with self._lock:
            self._hits += 1
        return value

    def put(self, key: K, value: V) -> None:
        with self._lock:
            self._data[key] = value
            self._data.move_to_end(key)
            if len(self._data) <= self._capacity:
                return
            victim = self._data.popitem(last=False)
            self._evictions += 1
        if self._on_evict is not None:
            self._on_evict(*victim)

    def pop(self, key: K, default: Any = None) -> Any:
        with self._lock:
            return self._data.pop(key, default)

    def items(self) -> list[tuple[K, V]]:
        with self._lock:
            return list(self._data.items())

    def stats(self) -> Stats:
        with self._lock:
            return Stats(self._hits, self._misses, self._evictions)

    def __len__(self) -> int:
        with self._lock:
            return len(self._data)
