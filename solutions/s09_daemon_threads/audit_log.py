"""Write an audit log whose background thread loses no line: not when it is closed, not when writing fails, not at exit.

At exit the interpreter joins all threads that are no daemons, then it calls what atexit knows, then daemons are cut
off wherever they stand. A writer that is no daemon would be joined before anybody could tell it to end. So it is a
daemon, and atexit closes the log while it still runs. close() takes that back, or else atexit would keep the log in
memory. One lock guards the lines, the counters, the error and whether it is closed, so that no line is accepted behind
the last batch; write is called without it.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable
from threading import Condition, Thread


class AuditLog:
    """Lines in, batches out, through a background thread. For any number of threads. At the end of `with` it is closed.

    - A line is refused with RuntimeError or else written: never accepted and lost, also while close() is coming.
    - If write raises an Exception e, the background thread ends, and write is not called any more. Each append, flush
      and close that waits then or comes later raises RuntimeError("audit log failed") whose __cause__ is e.
    - If nobody has closed the log when the program ends, or nobody refers to it any more, what was appended is still
      written, and the program ends with exit code 0. Until close() it takes lines, also from a thread that is no
      daemon and goes on when the main thread has ended.
    - When a closed log is dropped, nothing keeps it or its `write` in memory.
    """

    def __init__(self, write: Callable[[list[str]], None]) -> None:
        """write gets each line that was accepted exactly once, in the order of acceptance, in lists that are not empty.

        It is called in the background only, never twice at the same time. It may be slow, it may keep the lists, and it
        may call append(), but not flush() or close().
        """
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
        """Accept a line. Never waits for write. RuntimeError once close() has been called."""
        with self._changed:
            self._check()
            if self._is_closed:  # in one step with the append: no line comes behind the last batch
                raise RuntimeError("the audit log is closed")
            self._pending.append(line)
            self._accepted += 1
            self._changed.notify_all()

    def flush(self) -> None:
        """Return when every line that was accepted before this call has been written.

        Waiting for later lines as well is allowed. Once a close() has returned, it returns at once.
        """
        with self._changed:
            goal = self._accepted
            self._changed.wait_for(lambda: self._written >= goal or self._error is not None)
            self._check()

    def close(self) -> None:
        """Accept no more lines, write what is pending, end and join the background thread.

        May be called again, also from several threads: each call returns only when all that is done.
        """
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
                self._changed.notify_all()

    def _next_batch(self) -> list[str]:
        """What is pending, as soon as there is something. Empty: it is closed, and all is written."""
        with self._changed:
            self._changed.wait_for(lambda: self._pending or self._is_closed)
            batch, self._pending = self._pending, []
            return batch
