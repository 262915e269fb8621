"""Looks and stores under the lock, loads without it: who comes meanwhile finds nothing and loads as well.

Rejected by: test_one_load_for_many
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
            if key in self._values:
                return self._values[key]
        value = self._load(key)
        with self._lock:
            return self._values.setdefault(key, value)

    def forget(self, key: K) -> bool:
        with self._lock:
            return self._values.pop(key, MISSING) is not MISSING
