"""No thread while there is nothing to do: whoever appends to an idle log starts one, which ends when all is written.

It is no daemon, so the interpreter waits for it at exit, and nothing else is needed.
"""

from threading import Condition, Thread


class AuditLog:
    def __init__(self, write):
        self._write = write
        self._idle = Condition()
        self._pending = []
        self._thread = None
        self._busy = False
        self._closed = False
        self._error = None

    def append(self, line):
        with self._idle:
            self._check()
            if self._closed:
                raise RuntimeError("closed")
            self._pending.append(line)
            if not self._busy:
                self._busy = True
                self._thread = Thread(target=self._drain, args=(self._thread,), daemon=False)
                self._thread.start()

    def flush(self):
        with self._idle:
            self._idle.wait_for(lambda: not self._busy or self._error)
            self._check()

    def close(self):
        with self._idle:
            self._closed = True
            thread = self._thread
        if thread is not None:
            thread.join()
        self._check()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def _check(self):
        if self._error:
            raise RuntimeError("audit log failed") from self._error

    def _drain(self, previous):
        if previous is not None:
            previous.join()
        while True:
            with self._idle:
                batch, self._pending = self._pending, []
                if not batch:
                    self._busy = False
                    self._idle.notify_all()
                    return
            try:
                self._write(batch)
            except Exception as error:
                with self._idle:
                    self._error = error
                    self._idle.notify_all()
                return
