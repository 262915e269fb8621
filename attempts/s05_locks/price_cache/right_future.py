"""A concurrent.futures.Future is such a record: it can be waited for and carries a value or an error."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock, get_ident
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class RateCache(Generic[K, V]):
    def __init__(self, load: Callable[[K], V]) -> None:
        self._load = load
        self._rates: dict[K, Future[V]] = {}  # under way or known
        self._loaders: set[tuple[int, K]] = set()
        self._lock = Lock()

    def get(self, key: K) -> V:
        loader = get_ident(), key
        with self._lock:
            if loader in self._loaders:
                raise RuntimeError(f"the load of {key!r} asks for {key!r}")
            rate = self._rates.get(key)
            mine = rate is None
            if rate is None:
                rate = self._rates[key] = Future()
                self._loaders.add(loader)
        if mine:
            try:
                value = self._load(key)
            except BaseException as error:
                with self._lock:
                    self._loaders.discard(loader)
                    if self._rates.get(key) is rate:
                        del self._rates[key]
                rate.set_exception(error)
            else:
                with self._lock:
                    self._loaders.discard(loader)
                rate.set_result(value)
        return rate.result()

    def forget(self, key: K) -> bool:
        with self._lock:
            return self._rates.pop(key, None) is not None
