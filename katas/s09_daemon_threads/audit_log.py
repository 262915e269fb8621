"""Write an audit log whose background thread loses no line: not when it is closed, not when writing fails, not at exit.

Requests must not wait for the disk, so a thread of its own writes the lines. The first version was a daemon thread with
an endless loop: at exit the last lines were gone. The second one was no daemon, and was to be closed by
`atexit.register(log.close)`: the program never ended.
"""

from __future__ import annotations

from collections.abc import Callable


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
        raise NotImplementedError  # TODO

    def append(self, line: str) -> None:
        """Accept a line. Never waits for write. RuntimeError once close() has been called."""
        raise NotImplementedError  # TODO

    def flush(self) -> None:
        """Return when every line that was accepted before this call has been written.

        Waiting for later lines as well is allowed. Once a close() has returned, it returns at once.
        """
        raise NotImplementedError  # TODO

    def close(self) -> None:
        """Accept no more lines, write what is pending, end and join the background thread.

        May be called again, also from several threads: each call returns only when all that is done.
        """
        raise NotImplementedError  # TODO

    def __enter__(self) -> AuditLog:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()
