"""weakref.finalize on a token in the thread-local; the callback moves the entry out of a dict under a lock, then closes."""

import itertools
import threading
import weakref
from typing import Generic, TypeVar

T = TypeVar("T")


class _Token:
    __slots__ = ("__weakref__", "key", "resource")


class PerThread(Generic[T]):
    def __init__(self, open_, close):
        self._open = open_
        self._close = close
        self._lock = threading.RLock()
        self._keys = itertools.count()
        self._resources = {}
        self._local = threading.local()
        self._closed = False
        self._done = threading.Event()

    def _discard(self, key):
        with self._lock:
            box = self._resources.pop(key, None)
        if box is not None:
            self._close(box[0])

    def get(self):
        if self._closed:
            raise RuntimeError("closed")
        token = getattr(self._local, "token", None)
        if token is not None:
            return token.resource
        resource = self._open()
        with self._lock:
            late = self._closed
            if not late:
                token = _Token()
                token.key = next(self._keys)
                token.resource = resource
                self._resources[token.key] = (resource,)
                weakref.finalize(token, self._discard, token.key).atexit = False
                self._local.token = token
        if late:
            self._close(resource)
            raise RuntimeError("closed while opening")
        return resource

    def open_count(self):
        with self._lock:
            return len(self._resources)

    def close(self):
        with self._lock:
            first = not self._closed
            self._closed = True
            keys = list(self._resources)
        if first:
            for key in keys:
                self._discard(key)
            self._done.set()
        self._done.wait()
