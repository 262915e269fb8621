"""The whole cache is one immutable tuple: changes swap it under a lock, readers look at the one that is there."""

from threading import Lock
from typing import Generic, NamedTuple, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Stats(NamedTuple):
    hits: int = 0
    misses: int = 0
    evictions: int = 0


class State(NamedTuple):
    entries: tuple = ()
    stats: Stats = Stats()


class LRUCache(Generic[K, V]):
    def __init__(self, capacity, on_evict=None):
        if capacity < 1:
            raise ValueError("capacity < 1")
        self.capacity, self.on_evict = capacity, on_evict
        self.state, self.swapping = State(), Lock()

    def get(self, key, default=None):
        with self.swapping:
            known = dict(self.state.entries)
            hits, misses, evictions = self.state.stats
            if key not in known:
                self.state = State(self.state.entries, Stats(hits, misses + 1, evictions))
                return default
            value = known[key] = known.pop(key)
            self.state = State(tuple(known.items()), Stats(hits + 1, misses, evictions))
            return value

    def put(self, key, value):
        with self.swapping:
            known = dict(self.state.entries)
            known.pop(key, None)
            entries = (*known.items(), (key, value))
            victims, entries = entries[: -self.capacity], entries[-self.capacity :]
            hits, misses, evictions = self.state.stats
            self.state = State(entries, Stats(hits, misses, evictions + len(victims)))
        for victim in victims:
            if self.on_evict:
                self.on_evict(*victim)

    def pop(self, key, default=None):
        with self.swapping:
            known = dict(self.state.entries)
            value = known.pop(key, default)
            self.state = State(tuple(known.items()), self.state.stats)
            return value

    def items(self):
        return list(self.state.entries)

    def stats(self):
        return self.state.stats

    def __len__(self):
        return len(self.state.entries)
