"""Who waits for a load wakes twenty times a second, sees that it is still under way, and waits on."""

from collections.abc import Callable, Hashable
from threading import Event, Lock, local
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
        self._mine = local()
        self._lock = Lock()

    def get(self, key: K) -> V:
        loading: set[K] = self._mine.__dict__.setdefault("keys", set())
        if key in loading:
            raise RuntimeError(f"the load of {key!r} asks for {key!r}")
        with self._lock:
            if key in self._values:
                return self._values[key]
            load = self._loads.get(key)
            mine = load is None
            if load is None:
                load = self._loads[key] = Loading()
        if mine:
            loading.add(key)
            self._run(load, key)
            loading.remove(key)
        else:
            while not load.over.is_set():
                load.over.wait(timeout=0.05)
        if load.error is not None:
            raise load.error
        return load.value

    def _run(self, load: Loading[V], key: K) -> None:
        try:
            load.value = self._load(key)
        except BaseException as error:
            load.error = error
        with self._lock:
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
