"""A queue of lines and orders, and weakref.finalize as exit hook. The writer does not refer to the log."""

import queue
import weakref
from threading import Event, Lock, Thread


class _Writer:
    def __init__(self, write):
        self.write = write
        self.queue = queue.SimpleQueue()
        self.lock = Lock()
        self.closed = False
        self.error = None
        self.thread = Thread(target=self.run, daemon=True)
        self.thread.start()

    def put(self, item, *, last=False):
        with self.lock:
            self.check()
            if self.closed:
                return False
            self.closed = last
            self.queue.put(item)
            return True

    def check(self):
        if self.error is not None:
            raise RuntimeError("audit log failed") from self.error

    def run(self):
        is_last = False
        while not is_last:
            item = self.queue.get()
            if isinstance(item, str):
                try:
                    self.write([item])
                except Exception as error:
                    self.fail(error)
                    return
            elif item is None:
                is_last = True
            else:
                item.set()

    def fail(self, error):
        with self.lock:
            self.error = error
            while not self.queue.empty():
                item = self.queue.get()
                if isinstance(item, Event):
                    item.set()

    def close(self):
        try:
            self.put(None, last=True)
        finally:
            self.thread.join()
        self.check()


class AuditLog:
    def __init__(self, write):
        self._writer = _Writer(write)
        self._finalizer = weakref.finalize(self, _Writer.close, self._writer)

    def append(self, line):
        if not self._writer.put(line):
            raise RuntimeError("closed")

    def flush(self):
        done = Event()
        if self._writer.put(done):
            done.wait()
        else:
            self._writer.thread.join()
        self._writer.check()

    def close(self):
        try:
            self._writer.close()
        finally:
            self._finalizer.detach()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()
