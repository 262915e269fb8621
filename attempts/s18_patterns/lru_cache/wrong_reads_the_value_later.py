"""get counts the hit under the lock and reads the value after it: a hit that stats knew gives a later put's value.

Rejected by: test_each_call_is_atomic
"""

from threading import Condition
from typing import NamedTuple


class Stats(NamedTuple):
    hits: int
    misses: int
    evictions: int


class _Node:
    __slots__ = ("key", "value", "prev", "next")

    def __init__(self, key=None, value=None):
        self.key = key
        self.value = value
        self.prev = self.next = self

    def unlink(self):
        self.prev.next = self.next
        self.next.prev = self.prev

    def insert_before(self, other):
        self.prev = other.prev
        self.next = other
        other.prev.next = self
        other.prev = self


class LRUCache:
    def __init__(self, capacity, on_evict=None):
        if capacity < 1:
            raise ValueError(capacity)
        self.capacity = capacity
        self.on_evict = on_evict
        self._guard = Condition()
        self._root = _Node()
        self._nodes = {}
        self._count = {"hits": 0, "misses": 0, "evictions": 0}

    def get(self, key, default=None):
        with self._guard:
            try:
                node = self._nodes[key]
            except KeyError:
                self._count["misses"] += 1
                return default
            self._count["hits"] += 1
            node.unlink()
            node.insert_before(self._root)
        return node.value

    def put(self, key, value):
        with self._guard:
            node = self._nodes.get(key)
            gone = None
            if node is not None:
                node.unlink()
                node.value = value
            else:
                if len(self._nodes) == self.capacity:
                    gone = self._root.next
                    gone.unlink()
                    del self._nodes[gone.key]
                    self._count["evictions"] += 1
                node = self._nodes[key] = _Node(key, value)
            node.insert_before(self._root)
        if gone is not None and self.on_evict is not None:
            self.on_evict(gone.key, gone.value)

    def pop(self, key, default=None):
        with self._guard:
            node = self._nodes.pop(key, None)
            if node is None:
                return default
            node.unlink()
            return node.value

    def items(self):
        with self._guard:
            found = []
            node = self._root.next
            while node is not self._root:
                found.append((node.key, node.value))
                node = node.next
            return found

    def stats(self):
        with self._guard:
            return Stats(**self._count)

    def __len__(self):
        with self._guard:
            return len(self._nodes)
