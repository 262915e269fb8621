"""Looks whether the rate is there and takes it in a second step, without the lock: a forget in between, and KeyError.

Rejected by: test_forget_at_the_moment_of_a_hit
"""

from collections.abc import Callable, Hashable
from threading import Event, Lock, get_ident
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MISSING = object()


class Loading(Generic[V]):
    value: V

    def __init__(self) -> None:
        self.over = Event()
        self.error: BaseException | None = None


class RateCache(Generic[K, V]):
    def __init__(self, load: Callable[[K], V]) -> None:
        self._load = load
        self._values: dict[K, V] = {}
        self._loads: dict[K, Loading[V]] = {}
        self._loaders: set[tuple[int, K]] = set()
        self._lock = Lock()

    def get(self, key: K) -> V:
        loader = get_ident(), key
        if key in self._values and loader not in self._loaders:
            return self._values[key]
        with self._lock:
            if loader in self._loaders:
                raise RuntimeError(f"the load of {key!r} asks for {key!r}")
            if key in self._values:
                return self._values[key]
            load = self._loads.get(key)
            mine = load is None
            if load is None:
                load = self._loads[key] = Loading()
                self._loaders.add(loader)
        if mine:
            self._run(load, key)
        else:
            load.over.wait()
        if load.error is not None:
            raise load.error
        return load.value

    def _run(self, load: Loading[V], key: K) -> None:
        try:
            load.value = self._load(key)
        except BaseException as error:
            load.error = error
        with self._lock:
            self._loaders.discard((get_ident(), key))
            if self._loads.get(key) is load:
                del self._loads[key]
                if load.error is None:
                    self._values[key] = load.value
        load.over.set()

    def forget(self, key: K) -> bool:
        with self._lock:
            known = self._values.pop(key, MISSING) is not MISSING
            loading = self._loads.pop(key, None) is not None
            return known or loading
