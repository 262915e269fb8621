"""Loads under the only lock: one slow rate holds up everybody. (The cache as it was.)

Rejected by: test_different_keys_load_together, test_a_hit_does_not_wait
"""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MISSING = object()


class RateCache(Generic[K, V]):
    def __init__(self, load: Callable[[K], V]) -> None:
        self._load = load
        self._values: dict[K, V] = {}
        self._lock = Lock()

    def get(self, key: K) -> V:
        with self._lock:
            if key not in self._values:
                self._values[key] = self._load(key)
            return self._values[key]

    def forget(self, key: K) -> bool:
        with self._lock:
            return self._values.pop(key, MISSING) is not MISSING
