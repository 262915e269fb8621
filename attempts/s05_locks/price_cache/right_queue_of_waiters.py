"""Each one who waits leaves a queue of its own, and the loading thread puts the outcome into all of them."""

from collections.abc import Callable, Hashable
from queue import SimpleQueue
from threading import Lock, get_ident
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MISSING = object()


class RateCache(Generic[K, V]):
    def __init__(self, load: Callable[[K], V]) -> None:
        self._load = load
        self._values: dict[K, V] = {}
        self._waiting: dict[K, list[SimpleQueue]] = {}
        self._loaders: set[tuple[int, K]] = set()
        self._lock = Lock()

    def get(self, key: K) -> V:
        loader = get_ident(), key
        with self._lock:
            if loader in self._loaders:
                raise RuntimeError(f"the load of {key!r} asks for {key!r}")
            if key in self._values:
                return self._values[key]
            mailbox: SimpleQueue = SimpleQueue()
            waiting = self._waiting.get(key)
            if waiting is not None:
                waiting.append(mailbox)
            else:
                mine = self._waiting[key] = []
                self._loaders.add(loader)
        if waiting is not None:
            value, error = mailbox.get()
        else:
            value, error = self._outcome(key)
            with self._lock:
                self._loaders.discard(loader)
                if self._waiting.get(key) is mine:
                    del self._waiting[key]
                    if error is None:
                        self._values[key] = value
                for other in mine:
                    other.put((value, error))
        if error is not None:
            raise error
        return value

    def _outcome(self, key: K) -> tuple[V | None, BaseException | None]:
        try:
            return self._load(key), None
        except BaseException as error:
            return None, error

    def forget(self, key: K) -> bool:
        with self._lock:
            loading = self._waiting.pop(key, None) is not None
            return self._values.pop(key, MISSING) is not MISSING or loading
