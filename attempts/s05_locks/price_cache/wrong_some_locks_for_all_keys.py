"""Spreads the keys over 64 locks by their hash: two rates that fall into the same drawer wait for each other.

Rejected by: test_different_keys_load_together
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
        self._locks = [Lock() for _ in range(64)]

    def get(self, key: K) -> V:
        if (value := self._values.get(key, MISSING)) is not MISSING:
            return value
        with self._locks[hash(key) % 64]:
            if key not in self._values:
                self._values[key] = self._load(key)
            return self._values[key]

    def forget(self, key: K) -> bool:
        return self._values.pop(key, MISSING) is not MISSING
