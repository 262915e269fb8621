"""Waits five seconds for the thread, then goes on as if it had ended.

Rejected by: test_two_closes
"""

import atexit
from threading import Condition, Thread


class AuditLog:
    def __init__(self, write):
        self._write = write
        self._changed = Condition()
        self._pending = []
        self._accepted = self._written = 0
        self._closed = False
        self._error = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def append(self, line):
        with self._changed:
            self._check()
            if self._closed:
                raise RuntimeError("closed")
            self._pending.append(line)
            self._accepted += 1
            self._changed.notify_all()

    def flush(self):
        with self._changed:
            goal = self._accepted
            self._changed.wait_for(lambda: self._written >= goal or self._error)
            self._check()

    def close(self):
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(5)
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
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._pending or self._closed)
                batch, self._pending = self._pending, []
            if not batch:
                return
            try:
                self._write(batch[:])
            except Exception as error:
                with self._changed:
                    self._error = error
                    self._changed.notify_all()
                return
            with self._changed:
                self._written += len(batch)
                self._changed.notify_all()
