"""Asks each thread twice: one that dies in between is among neither the dead nor the living.

Rejected by: test_a_thread_ends_meanwhile
"""

from threading import Event, Lock, current_thread, local


class PerThread:
    def __init__(self, open_, close):
        self._open, self._close = open_, close
        self._local = local()
        self._lock = Lock()
        self._entries = []
        self._closed = False
        self._all_closed = Event()

    def get(self):
        if self._closed:
            raise RuntimeError("closed")
        if hasattr(self._local, "resource"):
            return self._local.resource
        resource = self._open()
        with self._lock:
            late = self._closed
            if not late:
                self._entries.append((current_thread(), resource))
        if late:
            self._close(resource)
            raise RuntimeError("closed")
        self._local.resource = resource
        self._reap()
        return resource

    def _reap(self):
        with self._lock:
            dead = [entry for entry in self._entries if not entry[0].is_alive()]
            self._entries = [entry for entry in self._entries if entry[0].is_alive()]
        for _, resource in dead:
            self._close(resource)

    def open_count(self):
        self._reap()
        with self._lock:
            return len(self._entries)

    def close(self):
        with self._lock:
            first, self._closed = not self._closed, True
            entries, self._entries = self._entries, []
        for _, resource in entries:
            self._close(resource)
        if first:
            self._all_closed.set()
        self._all_closed.wait()
