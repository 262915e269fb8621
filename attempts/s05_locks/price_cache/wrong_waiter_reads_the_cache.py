"""Who waited takes what is cached now: after a forget that is a newer rate, and not the outcome of its load.

Rejected by: test_forget_during_load
"""

from collections.abc import Callable, Hashable
from threading import Event, Lock, local
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MISSING = object()


class Flight:
    def __init__(self):
        self.done = Event()
        self.value = None
        self.error = None


class RateCache(Generic[K, V]):
    def __init__(self, load: Callable[[K], V]) -> None:
        self._load = load
        self._values: dict[K, V] = {}
        self._flights: dict[K, Flight] = {}
        self._lock = Lock()
        self._mine = local()

    def get(self, key: K) -> V:
        mine = self._mine.__dict__.setdefault("keys", set())
        if key in mine:
            raise RuntimeError(f"the load of {key!r} asks for itself")
        with self._lock:
            if key in self._values:
                return self._values[key]
            flight = self._flights.get(key)
            leader = flight is None
            if leader:
                flight = self._flights[key] = Flight()
        if not leader:
            flight.done.wait()
            try:
                if flight.error is not None:
                    raise flight.error
                return self._values[key] if key in self._values else flight.value
            finally:
                del flight
        mine.add(key)
        try:
            flight.value = self._load(key)
        except BaseException as error:
            flight.error = error
            raise
        finally:
            mine.discard(key)
            with self._lock:
                if self._flights.get(key) is flight:
                    del self._flights[key]
                    if flight.error is None:
                        self._values[key] = flight.value
            flight.done.set()
            result = flight.value
            del flight
        return result

    def forget(self, key: K) -> bool:
        with self._lock:
            cached = self._values.pop(key, MISSING) is not MISSING
            loading = self._flights.pop(key, None) is not None
            return cached or loading
