"""No thread-local at all: a dict by Thread object, from which pop() gives each resource to one caller only."""

import threading


class PerThread:
    def __init__(self, open_, close):
        self._open, self._close = open_, close
        self._lock = threading.RLock()
        self._links = {}
        self._closed = False
        self._done = threading.Semaphore(0)

    def get(self):
        me = threading.current_thread()
        with self._lock:
            self._refuse()
            if me in self._links:
                return self._links[me]
        link = self._open()
        with self._lock:
            late = self._closed
            self._links |= {} if late else {me: link}
        if late:
            self._close(link)
        self._sweep()
        self._refuse()
        return link

    def _refuse(self):
        if self._closed:
            raise RuntimeError("closed")

    def _sweep(self, everything=False):
        with self._lock:
            gone = [thread for thread in self._links if everything or not thread.is_alive()]
            links = [self._links.pop(thread) for thread in gone]
        while links:
            self._close(links.pop())

    def open_count(self):
        self._sweep()
        with self._lock:
            return len(self._links)

    def close(self):
        with self._lock:
            again, self._closed = self._closed, True
        if again:
            self._done.acquire()
        else:
            self._sweep(everything=True)
        self._done.release()
