"""Each thread has a buffer of its own, and a batch is one buffer after the other: lines of two threads change places.

Rejected by: test_append_does_not_wait
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable


class AuditLog:
    def __init__(self, write: Callable[[list[str]], None]) -> None:
        self._write = write
        self._cond = threading.Condition()
        self._lines: dict[threading.Thread, list[str]] = {}
        self._busy = False
        self._closed = False
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        atexit.register(self._drain)

    def _run(self) -> None:
        while True:
            with self._cond:
                while not self._lines and not self._closed:
                    self._cond.wait()
                if not self._lines:
                    return
                batch = [line for lines in self._lines.values() for line in lines]
                self._lines = {}
                self._busy = True
            try:
                self._write(batch)
            except Exception as error:
                with self._cond:
                    self._error = error
                    self._cond.notify_all()
                return
            with self._cond:
                self._busy = False
                self._cond.notify_all()

    def _check(self) -> None:
        if self._error is not None:
            raise RuntimeError("audit log failed") from self._error

    def append(self, line: str) -> None:
        with self._cond:
            self._check()
            if self._closed:
                raise RuntimeError("audit log closed")
            self._lines.setdefault(threading.current_thread(), []).append(line)
            self._cond.notify_all()

    def _drain(self) -> None:
        with self._cond:
            while (self._lines or self._busy) and self._error is None:
                self._cond.wait()

    def flush(self) -> None:
        self._drain()
        with self._cond:
            self._check()

    def close(self) -> None:
        with self._cond:
            self._closed = True
            self._cond.notify_all()
        self._thread.join()
        atexit.unregister(self._drain)
        with self._cond:
            self._check()

    def __enter__(self) -> AuditLog:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
