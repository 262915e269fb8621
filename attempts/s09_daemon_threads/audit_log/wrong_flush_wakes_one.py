"""Of those who wait in flush(), only one hears that the lines are written.

Rejected by: test_flush_waits_for_a_slow_disk
"""

from __future__ import annotations

import atexit
from collections.abc import Callable
from threading import Condition, Thread


class AuditLog:
    def __init__(self, write: Callable[[list[str]], None]) -> None:
        self._write = write
        self._changed = Condition()  # its lock guards what follows
        self._pending: list[str] = []
        self._accepted = self._written = 0
        self._is_closed = False
        self._error: Exception | None = None
        self._thread = Thread(target=self._run, name="audit log", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def append(self, line: str) -> None:
        with self._changed:
            self._check()
            if self._is_closed:  # in one step with the append: no line comes behind the last batch
                raise RuntimeError("the audit log is closed")
            self._pending.append(line)
            self._accepted += 1
            self._changed.notify_all()

    def flush(self) -> None:
        with self._changed:
            goal = self._accepted
            self._changed.wait_for(lambda: self._written >= goal or self._error is not None)
            self._check()

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self._thread.join()
        atexit.unregister(self.close)
        with self._changed:
            self._check()

    def __enter__(self) -> AuditLog:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _check(self) -> None:
        if self._error is not None:
            raise RuntimeError("audit log failed") from self._error

    def _run(self) -> None:
        while batch := self._next_batch():
            try:
                self._write(batch[:])  # without the lock: it is slow, and it may append
            except Exception as error:
                with self._changed:
                    self._error = error
                    self._changed.notify_all()  # who waits for these lines must hear of it
                return
            with self._changed:
                self._written += len(batch)
                self._changed.notify()

    def _next_batch(self) -> list[str]:
        with self._changed:
            self._changed.wait_for(lambda: self._pending or self._is_closed)
            batch, self._pending = self._pending, []
            return batch
