"""An RLock lets a load use the cache; for everybody else it is still one load at a time.

Rejected by: test_different_keys_load_together, test_a_hit_does_not_wait
"""

from collections.abc import Callable, Hashable
from threading import RLock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MISSING = object()


class RateCache(Generic[K, V]):
    def __init__(self, load: Callable[[K], V]) -> None:
        self._load = load
        self._values: dict[K, V] = {}
        self._loading: set[K] = set()
        self._lock = RLock()

    def get(self, key: K) -> V:
        with self._lock:
            if key in self._loading:
                raise RuntimeError(f"the load of {key!r} asks for {key!r}")
            if key not in self._values:
                self._loading.add(key)
                try:
                    self._values[key] = self._load(key)
                finally:
                    self._loading.discard(key)
            return self._values[key]

    def forget(self, key: K) -> bool:
        with self._lock:
            return self._values.pop(key, MISSING) is not MISSING
