"""A dict by ident: idents are recycled, so a new thread gets the connection of one that is gone.

Rejected by: test_new_thread_opens_its_own
"""

from threading import Lock, enumerate, get_ident


class PerThread:
    def __init__(self, open_, close):
        self._open, self._close = open_, close
        self._lock = Lock()
        self._resources = {}
        self._closed = False

    def get(self):
        if self._closed:
            raise RuntimeError("closed")
        if get_ident() not in self._resources:
            self._resources[get_ident()] = self._open()
        return self._resources[get_ident()]

    def open_count(self):
        alive = {thread.ident for thread in enumerate()}
        with self._lock:
            dead = [self._resources.pop(ident) for ident in list(self._resources) if ident not in alive]
        for resource in dead:
            self._close(resource)
        return len(self._resources)

    def close(self):
        with self._lock:
            self._closed = True
            resources, self._resources = self._resources, {}
        for resource in resources.values():
            self._close(resource)
