"""A dict with weak keys forgets a finished thread together with its connection, which nobody closes then.

Rejected by: test_finished_threads_do_not_pile_up, test_new_thread_opens_its_own
"""

from threading import Lock, current_thread
from weakref import WeakKeyDictionary


class PerThread:
    def __init__(self, open_, close):
        self._open, self._close = open_, close
        self._lock = Lock()
        self._resources = WeakKeyDictionary()
        self._closed = False

    def get(self):
        with self._lock:
            if self._closed:
                raise RuntimeError("closed")
            if current_thread() in self._resources:
                return self._resources[current_thread()]
        resource = self._open()
        with self._lock:
            if not self._closed:
                self._resources[current_thread()] = resource
                return resource
        self._close(resource)
        raise RuntimeError("closed")

    def open_count(self):
        with self._lock:
            return len(self._resources)

    def close(self):
        with self._lock:
            self._closed = True
            resources, self._resources = list(self._resources.values()), {}
        for resource in resources:
            self._close(resource)
