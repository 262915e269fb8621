"""Looks under the lock whether the log is closed, and appends under the lock, but lets go of it in between.

Rejected by: test_close_within_an_append
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable


class AuditLog:
    def __init__(self, write: Callable[[list[str]], None]) -> None:
        self._write = write
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._progress = threading.Condition(self._lock)
        self._lines: list[str] = []
        self._busy = False
        self._closing = False
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        atexit.register(self._at_exit)

    def _run(self) -> None:
        while True:
            with self._lock:
                self._work.wait_for(lambda: self._lines or self._closing)
                if not self._lines:
                    return
                batch, self._lines = self._lines, []
                self._busy = True
            try:
                self._write(batch)
            except Exception as error:
                with self._lock:
                    self._error = error
                    self._progress.notify_all()
                return
            with self._lock:
                self._busy = False
                self._progress.notify_all()

    def _raise_failure(self) -> None:
        if self._error is not None:
            raise RuntimeError("audit log failed") from self._error

    def _at_exit(self) -> None:
        with self._lock:
            self._closing = True
            self._work.notify()
        self._thread.join()

    def append(self, line: str) -> None:
        with self._lock:
            self._raise_failure()
            if self._closing:
                raise RuntimeError("the audit log is closed")
        with self._lock:
            self._lines.append(line)
            self._work.notify()

    def flush(self) -> None:
        with self._lock:
            self._progress.wait_for(lambda: self._error is not None or not (self._lines or self._busy))
            self._raise_failure()

    def close(self) -> None:
        self._at_exit()
        atexit.unregister(self._at_exit)
        self._raise_failure()

    def __enter__(self) -> AuditLog:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
