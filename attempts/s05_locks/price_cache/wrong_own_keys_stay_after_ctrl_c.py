"""After a KeyboardInterrupt the thread still takes the key for one that it is loading, and may never ask again.

Rejected by: test_same_customer_asks_again_after_a_failure
"""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MISSING = object()


class Loading:
    def __init__(self):
        self.done = threading.Event()
        self.outdated = False
        self.value = None
        self.error = None


class RateCache(Generic[K, V]):
    def __init__(self, load):
        self._load = load
        self._values = {}
        self._loading = {}
        self._mine = threading.local()
        self._lock = threading.Lock()

    def get(self, key):
        mine = self._mine.__dict__.setdefault("keys", [])
        if key in mine:
            raise RuntimeError(f"{key!r} asks for itself")
        with self._lock:
            if key in self._values:
                return self._values[key]
            entry = self._loading.get(key)
            first = entry is None
            if first:
                entry = self._loading[key] = Loading()
        if not first:
            entry.done.wait()
            if entry.error is not None:
                raise entry.error
            return entry.value
        mine.append(key)
        try:
            entry.value = self._load(key)
            mine.pop()
        except BaseException as error:
            entry.error = error
            if isinstance(error, Exception):
                mine.pop()
            raise
        finally:
            with self._lock:
                if not entry.outdated:
                    del self._loading[key]
                    if entry.error is None:
                        self._values[key] = entry.value
            entry.done.set()
        return entry.value

    def forget(self, key):
        with self._lock:
            entry = self._loading.pop(key, None)
            if entry is not None:
                entry.outdated = True
                return True
            return self._values.pop(key, MISSING) is not MISSING
