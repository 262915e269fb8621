"""Knows a miss by getting the default: a key whose value is the default, None for one, is never found.

Rejected by: test_value_is_the_default
"""

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple


class Stats(NamedTuple):
    hits: int
    misses: int
    evictions: int


class LRUCache:
    def __init__(self, capacity, on_evict=None):
        if capacity < 1:
            raise ValueError("capacity")
        self._capacity = capacity
        self._on_evict = on_evict
        self._data = OrderedDict()
        self._lock = Lock()
        self._hits = self._misses = self._evictions = 0

    def get(self, key, default=None):
        with self._lock:
            value = self._data.get(key, default)
            if value is default:
                self._misses += 1
                return default
            self._hits += 1
            self._data.move_to_end(key)
            return value

    def put(self, key, value):
        evicted = None
        with self._lock:
            if key in self._data:
                self._data[key] = value
                self._data.move_to_end(key)
                return
            if len(self._data) == self._capacity:
                evicted = self._data.popitem(last=False)
                self._evictions += 1
            self._data[key] = value
        if evicted is not None and self._on_evict is not None:
            self._on_evict(*evicted)

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
