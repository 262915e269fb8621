"""A thread-local and nothing else: it closes the caller's connection, and cannot know of any other.

Rejected by: test_close_closes_every_threads, test_finished_threads_do_not_pile_up
"""

from threading import local


class PerThread:
    def __init__(self, open_, close):
        self._open, self._close = open_, close
        self._local = local()
        self._closed = False

    def get(self):
        if self._closed:
            raise RuntimeError("closed")
        if not hasattr(self._local, "resource"):
            self._local.resource = self._open()
        return self._local.resource

    def open_count(self):
        return int(hasattr(self._local, "resource"))

    def close(self):
        self._closed = True
        if hasattr(self._local, "resource"):
            self._close(self._local.resource)
            del self._local.resource
