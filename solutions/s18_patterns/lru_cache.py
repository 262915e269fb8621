"""One lock around every look and every change, and nothing of anybody else's under it.

A get is a write: it moves its key to the end and counts. So it takes the same lock as put, and the question, the
move, the count and the value are one step. With two short locks in a row a put may come in between and evict the
key that was found. That each method of OrderedDict is atomic on some interpreters does not help: a method of
ours is several of them.

len() may not exceed the capacity for a moment either: the insertion and the eviction are one step, and whoever
asks takes the lock. items() and stats() copy under it, so that what they tell belongs to one instant.

on_evict is foreign code. It may call the cache, or wait for another thread that does: whatever lock is held
meanwhile is one that the other thread waits for. (An RLock helps against the first and not against the second.)
So under the lock put only decides and changes; the victim leaves in a local variable.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Stats(NamedTuple):
    """What has happened to a cache so far."""

    hits: int
    misses: int
    evictions: int


class LRUCache(Generic[K, V]):
    """Linearizable: each call takes effect at one instant between its start and its end.

    len() <= capacity at every instant. A key that is not hashable: TypeError, and nothing has changed.
    """

    def __init__(self, capacity: int, on_evict: Callable[[K, V], None] | None = None) -> None:
        """ValueError if capacity < 1."""
        if capacity < 1:
            raise ValueError(f"a cache has room for one entry at least, not for {capacity}")
        self._capacity = capacity
        self._on_evict = on_evict
        self._lock = Lock()  # for everything below, and never held while on_evict runs
        self._data: OrderedDict[K, V] = OrderedDict()  # least recently used first
        self._hits = self._misses = self._evictions = 0

    def get(self, key: K, default: Any = None) -> Any:
        """The value of key, which becomes the most recently used one (a hit); else default (a miss).

        None is a legal value.
        """
        with self._lock:
            if key not in self._data:  # asked with `in`: None is a value like any other
                self._misses += 1
                return default
            self._hits += 1
            self._data.move_to_end(key)  # so reading is writing
            return self._data[key]

    def put(self, key: K, value: V) -> None:
        """Insert or replace the value of key, which becomes the most recently used one.

        If that makes one entry too many, the least recently used one is removed, which counts as an eviction,
        and on_evict(its key, its value) is called once: in this thread, after the removal, with no lock held. It
        may use the cache, or wait for a thread that does. An exception of on_evict goes to the caller of put;
        the cache is consistent by then. Replacing a value is no eviction.
        """
        with self._lock:
            self._data[key] = value
            self._data.move_to_end(key)
            if len(self._data) <= self._capacity:
                return
            victim = self._data.popitem(last=False)
            self._evictions += 1
        if self._on_evict is not None:  # the lock is free again, and the cache as it should be
            self._on_evict(*victim)

    def pop(self, key: K, default: Any = None) -> Any:
        """Remove key and return its value; else default. Not an eviction, and neither a hit nor a miss."""
        with self._lock:
            return self._data.pop(key, default)

    def items(self) -> list[tuple[K, V]]:
        """One atomic snapshot, least recently used first. Changes no order and no count."""
        with self._lock:
            return list(self._data.items())

    def stats(self) -> Stats:
        """One atomic snapshot. hits + misses is the number of get() calls that have taken effect."""
        with self._lock:
            return Stats(self._hits, self._misses, self._evictions)

    def __len__(self) -> int:
        """The number of entries."""
        with self._lock:
            return len(self._data)
