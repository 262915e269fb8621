"""One exit hook closes all logs: the first one that has failed raises, and the others are cut off.

Rejected by: test_forgotten_log_is_written_at_exit
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable

_logs: dict[AuditLog, None] = {}


@atexit.register
def _close_all() -> None:
    for log in list(_logs):
        log.close()


class AuditLog:
    def __init__(self, write: Callable[[list[str]], None]) -> None:
        self._write = write
        self._cond = threading.Condition()
        self._pending: list[str] = []
        self._accepted = 0
        self._written = 0
        self._closed = False
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        _logs[self] = None

    def _run(self) -> None:
        while True:
            with self._cond:
                while not self._pending and not self._closed:
                    self._cond.wait()
                if not self._pending:
                    return
                batch, self._pending = self._pending, []
                size = len(batch)
            try:
                self._write(batch)
            except Exception as error:
                with self._cond:
                    self._error = error
                    self._pending.clear()
                    self._cond.notify_all()
                return
            with self._cond:
                self._written += size
                self._cond.notify_all()

    def _check(self) -> None:
        if self._error is not None:
            raise RuntimeError("audit log failed") from self._error

    def append(self, line: str) -> None:
        with self._cond:
            self._check()
            if self._closed:
                raise RuntimeError("audit log is closed")
            self._pending.append(line)
            self._accepted += 1
            self._cond.notify_all()

    def flush(self) -> None:
        with self._cond:
            goal = self._accepted
            while self._written < goal and self._error is None:
                self._cond.wait()
            self._check()

    def close(self) -> None:
        with self._cond:
            self._closed = True
            self._cond.notify_all()
        self._thread.join()
        _logs.pop(self, None)
        self._check()

    def __enter__(self) -> AuditLog:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
