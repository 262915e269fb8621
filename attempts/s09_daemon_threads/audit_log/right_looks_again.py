"""Looks again every half second whether there is something to do, in all its waits; copies of each batch."""

from __future__ import annotations

import atexit
import threading
from collections import deque

_POLL = 0.5


class AuditLog:
    def __init__(self, write):
        if not callable(write):
            raise TypeError("write must be callable")
        self._write = write
        self._lock = threading.RLock()
        self._cond = threading.Condition(self._lock)
        self._buffer = deque()
        self._accepted = 0
        self._written = 0
        self._closed = False
        self._ended = False
        self._error = None
        self._thread = threading.Thread(target=self._main, name="audit-log", daemon=True)
        self._thread.start()
        atexit.register(self._close_at_exit)

    def _main(self):
        try:
            while True:
                with self._cond:
                    while not self._buffer and not self._closed:
                        self._cond.wait(_POLL)
                    batch = list(self._buffer)
                    self._buffer.clear()
                if not batch:
                    break
                try:
                    self._write(list(batch))
                except Exception as error:
                    with self._cond:
                        self._error = error
                    break
                with self._cond:
                    self._written += len(batch)
                    self._cond.notify_all()
        finally:
            with self._cond:
                self._ended = True
                self._cond.notify_all()

    def _raise_failure(self):
        with self._lock:
            error = self._error
        if error is not None:
            raise RuntimeError("audit log failed") from error

    def append(self, line):
        with self._cond:
            self._raise_failure()
            if self._closed or self._ended:
                raise RuntimeError("append() after close()")
            self._buffer.append(line)
            self._accepted += 1
            self._cond.notify_all()

    def flush(self):
        with self._cond:
            target = self._accepted
            while self._written < target and not self._ended:
                self._cond.wait(_POLL)
            self._raise_failure()

    def close(self):
        if threading.current_thread() is self._thread:
            raise RuntimeError("write() must not close the log")
        with self._cond:
            self._closed = True
            self._cond.notify_all()
            while not self._ended:
                self._cond.wait(_POLL)
        self._thread.join()
        atexit.unregister(self._close_at_exit)
        self._raise_failure()

    def _close_at_exit(self):
        try:
            self.close()
        except Exception:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()
