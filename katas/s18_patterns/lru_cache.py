"""Build a cache that keeps the `capacity` entries used last, for any number of threads.

A tile server keeps the last map tiles in memory. Request threads share the cache, and tiles that fall out of it
are written to disk by a callback. Every operation has to look atomic, and no callback may lock anybody up.
"""

from collections.abc import Callable
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
        raise NotImplementedError  # TODO

    def get(self, key: K, default: Any = None) -> Any:
        """The value of key, which becomes the most recently used one (a hit); else default (a miss).

        None is a legal value.
        """
        raise NotImplementedError  # TODO

    def put(self, key: K, value: V) -> None:
        """Insert or replace the value of key, which becomes the most recently used one.

        If that makes one entry too many, the least recently used one is removed, which counts as an eviction,
        and on_evict(its key, its value) is called once: in this thread, after the removal, with no lock held. It
        may use the cache, or wait for a thread that does. An exception of on_evict goes to the caller of put;
        the cache is consistent by then. Replacing a value is no eviction.
        """
        raise NotImplementedError  # TODO

    def pop(self, key: K, default: Any = None) -> Any:
        """Remove key and return its value; else default. Not an eviction, and neither a hit nor a miss."""
        raise NotImplementedError  # TODO

    def items(self) -> list[tuple[K, V]]:
        """One atomic snapshot, least recently used first. Changes no order and no count."""
        raise NotImplementedError  # TODO

    def stats(self) -> Stats:
        """One atomic snapshot. hits + misses is the number of get() calls that have taken effect."""
        raise NotImplementedError  # TODO

    def __len__(self) -> int:
        """The number of entries."""
        raise NotImplementedError  # TODO
