"""Looks for a hit before the own keys: a load whose key was forgotten gets the rate that another thread has loaded.

Rejected by: test_load_that_asks_for_itself_beside_a_newer_load
"""

from collections.abc import Callable, Hashable
from threading import Event, Lock, local
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MISSING = object()


class Record(Generic[V]):
    value: V

    def __init__(self) -> None:
        self.over = Event()
        self.error: BaseException | None = None


class RateCache(Generic[K, V]):
    def __init__(self, load: Callable[[K], V]) -> None:
        self._load = load
        self._values: dict[K, V] = {}
        self._loads: dict[K, Record[V]] = {}
        self._lock = Lock()
        self._local = local()

    def get(self, key: K) -> V:
        own = getattr(self._local, "keys", ())
        with self._lock:
            value = self._values.get(key, MISSING)
            if value is not MISSING:
                return value
            if key in own:
                raise RuntimeError("a load asks for the key it is loading")
            record = self._loads.get(key)
            first = record is None
            if first:
                record = self._loads[key] = Record()
        if first:
            self._run(key, record, own)
        else:
            record.over.wait()
        if record.error is not None:
            raise record.error
        return record.value

    def _run(self, key: K, record: Record[V], own: tuple[K, ...]) -> None:
        self._local.keys = (*own, key)
        try:
            record.value = self._load(key)
        except BaseException as error:
            record.error = error
        self._local.keys = own
        with self._lock:
            if self._loads.get(key) is record:
                del self._loads[key]
                if record.error is None:
                    self._values[key] = record.value
        record.over.set()

    def forget(self, key: K) -> bool:
        with self._lock:
            cached = self._values.pop(key, MISSING) is not MISSING
            return self._loads.pop(key, None) is not None or cached
