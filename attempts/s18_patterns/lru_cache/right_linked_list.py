"""A dict of nodes in a doubly linked ring, under an RLock that is released before the callback."""

import threading
from typing import Generic, NamedTuple, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Stats(NamedTuple):
    hits: int
    misses: int
    evictions: int


class Node:
    def __init__(self, key=None, value=None):
        self.key, self.value = key, value
        self.older = self.newer = self

    def unlink(self):
        self.older.newer, self.newer.older = self.newer, self.older

    def link_before(self, ring):
        self.older, self.newer = ring.older, ring
        ring.older.newer = ring.older = self


class LRUCache(Generic[K, V]):
    def __init__(self, capacity, on_evict=None):
        if capacity < 1:
            raise ValueError("capacity < 1")
        self.capacity, self.on_evict = capacity, on_evict
        self.lock = threading.RLock()
        self.nodes = {}
        self.ring = Node()
        self.counts = [0, 0, 0]

    def _touch(self, node):
        node.unlink()
        node.link_before(self.ring)

    def get(self, key, default=None):
        with self.lock:
            node = self.nodes.get(key)
            self.counts[node is None] += 1
            if node is None:
                return default
            self._touch(node)
            return node.value

    def put(self, key, value):
        victim = None
        with self.lock:
            if node := self.nodes.get(key):
                node.value = value
                self._touch(node)
                return
            if len(self.nodes) == self.capacity:
                victim = self.ring.newer
                self._remove(victim)
                self.counts[2] += 1
            node = self.nodes[key] = Node(key, value)
            node.link_before(self.ring)
        if victim and self.on_evict:
            self.on_evict(victim.key, victim.value)

    def _remove(self, node):
        node.unlink()
        del self.nodes[node.key]
        node.older = node.newer = None

    def pop(self, key, default=None):
        with self.lock:
            if key not in self.nodes:
                return default
            node = self.nodes[key]
            self._remove(node)
            return node.value

    def items(self):
        with self.lock:
            found, node = [], self.ring.newer
            while node is not self.ring:
                found.append((node.key, node.value))
                node = node.newer
            return found

    def stats(self):
        with self.lock:
            return Stats(*self.counts)

    def __len__(self):
        with self.lock:
            return len(self.nodes)
