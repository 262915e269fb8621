"""flush() joins the queue: when the writer has died, nobody calls task_done() any more.

Rejected by: test_writer_error_is_heard
"""

import atexit
from queue import Queue
from threading import Lock, Thread


class AuditLog:
    def __init__(self, write):
        self._write = write
        self._queue = Queue()
        self._lock = Lock()
        self._closed = False
        self._error = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def append(self, line):
        with self._lock:
            self._check()
            if self._closed:
                raise RuntimeError("closed")
            self._queue.put(line)

    def flush(self):
        self._queue.join()
        self._check()

    def close(self):
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()
        atexit.unregister(self.close)
        self._check()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def _check(self):
        if self._error:
            raise RuntimeError("audit log failed") from self._error

    def _run(self):
        while (line := self._queue.get()) is not None:
            try:
                self._write([line])
            except Exception as error:
                self._error = error
                return
            self._queue.task_done()
        self._queue.task_done()
