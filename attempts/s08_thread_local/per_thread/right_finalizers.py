"""A finalizer for each thread: a token in the thread-local dies with its thread, and its death closes the resource."""

import weakref
from threading import Event, Lock, local


class _Token:
    pass


class PerThread:
    def __init__(self, open_, close):
        self._open, self._close = open_, close
        self._local = local()
        self._lock = Lock()
        self._finalizers = []
        self._closed = False
        self._all_closed = Event()

    def get(self):
        if self._closed:
            raise RuntimeError("closed")
        if hasattr(self._local, "token"):
            return self._local.token.resource
        resource = self._open()
        token = _Token()
        token.resource = resource
        finalizer = weakref.finalize(token, self._close, resource)
        finalizer.atexit = False
        with self._lock:
            late = self._closed
            self._finalizers = [each for each in self._finalizers if each.alive] + [finalizer]
        if late:
            finalizer()
            raise RuntimeError("closed")
        self._local.token = token
        return resource

    def open_count(self):
        with self._lock:
            return sum(finalizer.alive for finalizer in self._finalizers)

    def close(self):
        with self._lock:
            first, self._closed = not self._closed, True
            finalizers = self._finalizers
        if first:
            for finalizer in finalizers:
                finalizer()
            self._all_closed.set()
        self._all_closed.wait()
