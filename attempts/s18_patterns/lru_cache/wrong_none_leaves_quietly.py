"""on_evict is not told of an entry whose value is None.

Rejected by: test_on_evict_is_told_of_nothings
"""

import threading
from collections import OrderedDict
from typing import Any, Generic, NamedTuple, TypeVar

K = TypeVar("K")
V = TypeVar("V")
_MISSING = object()


class Stats(NamedTuple):
    hits: int
    misses: int
    evictions: int


class LRUCache(Generic[K, V]):
    def __init__(self, capacity, on_evict=None):
        if capacity < 1:
            raise ValueError("capacity must be >= 1")
        self._capacity, self._on_evict = capacity, on_evict
        self._data = OrderedDict()
        self._lock = threading.Lock()
        self._hits = self._misses = self._evictions = 0

    def get(self, key, default=None):
        with self._lock:
            value = self._data.get(key, _MISSING)
            if value is _MISSING:
                self._misses += 1
                return default
            self._data.move_to_end(key)
            self._hits += 1
            return value

    def put(self, key, value):
        victim = None
        with self._lock:
            if key not in self._data and len(self._data) >= self._capacity:
                victim = self._data.popitem(last=False)
                self._evictions += 1
            self._data[key] = value
            self._data.move_to_end(key)
        if victim is not None and victim[1] is not None and self._on_evict is not None:
            self._on_evict(*victim)

    def pop(self, key, default=None):
        with self._lock:
            return self._data.pop(key, default)

    def items(self):
        with self._lock:
            return list(self._data.items())

    def stats(self):
        with self._lock:
            return Stats(self._hits, self._misses, self._evictions)

    def __len__(self):
        with self._lock:
            return len(self._data)
