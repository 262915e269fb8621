"""Each load has a number, and the cache knows that of the latest: an outdated load sees that it is over."""

from collections.abc import Callable, Hashable
from itertools import count
from threading import Event, Lock, get_ident
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class RateCache(Generic[K, V]):
    def __init__(self, load: Callable[[K], V]) -> None:
        self._load = load
        self._values: dict[K, V] = {}
        self._under_way: dict[K, tuple[int, Event, list[object]]] = {}  # number, is it over, [value, error]
        self._numbers = count()
        self._loading_here: set[tuple[int, K]] = set()
        self._lock = Lock()

    def get(self, key: K) -> V:
        here = (get_ident(), key)
        with self._lock:
            if here in self._loading_here:
                raise RuntimeError(f"the load of {key!r} asks for {key!r}")
            if key in self._values:
                return self._values[key]
            if key in self._under_way:
                number = None
                _, over, outcome = self._under_way[key]
            else:
                number, over, outcome = self._under_way[key] = (next(self._numbers), Event(), [])
                self._loading_here.add(here)
        if number is None:
            over.wait()
        else:
            try:
                outcome[:] = [self._load(key), None]
            except BaseException as error:
                outcome[:] = [None, error]
            with self._lock:
                self._loading_here.discard(here)
                if key in self._under_way and self._under_way[key][0] == number:
                    del self._under_way[key]
                    if outcome[1] is None:
                        self._values[key] = outcome[0]
            over.set()
        value, error = outcome
        if error is not None:
            raise error
        return value

    def forget(self, key: K) -> bool:
        with self._lock:
            size = len(self._values) + len(self._under_way)
            self._values.pop(key, None)
            self._under_way.pop(key, None)
            return len(self._values) + len(self._under_way) < size
