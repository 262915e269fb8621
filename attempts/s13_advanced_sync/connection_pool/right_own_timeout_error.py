"""PoolTimeout has a constructor of its own; looks again and again, with a limit to each wait; lists are replaced."""

import threading
import time
from contextlib import AbstractContextManager


class PoolTimeout(TimeoutError):
    """No connection became free in time."""

    def __init__(self, waited):
        super().__init__(f"no connection became free in {waited} s")
        self.waited = waited


class ConnectionPool:
    def __init__(self, connect, size):
        if not size >= 1:
            raise ValueError(f"size {size}")
        self.connect, self.size = connect, size
        self.cond = threading.Condition()
        self.idle, self.lent, self.opening = [], [], 0

    def lease(self, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError(f"timeout {timeout}")
        pool = self

        class Lease(AbstractContextManager):
            def __enter__(self):
                self.connection = pool._get(timeout)
                return self.connection

            def __exit__(self, kind, error, tb):
                if kind is not None:
                    self.connection.close()
                with pool.cond:
                    pool.lent = [c for c in pool.lent if c is not self.connection]
                    if kind is None:
                        pool.idle = [*pool.idle, self.connection]
                    pool.cond.notify_all()
                return False

        return Lease()

    def _get(self, timeout):
        start = time.perf_counter()
        with self.cond:
            while not self.idle and len(self.lent) + self.opening >= self.size:
                waited = time.perf_counter() - start
                if timeout is not None and waited >= timeout:
                    raise PoolTimeout(timeout)
                self.cond.wait(0.05 if timeout is None else min(0.05, timeout - waited))
            if self.idle:
                c, *self.idle = self.idle
                self.lent = [*self.lent, c]
                return c
            self.opening += 1
        ok = False
        try:
            c = self.connect()
            ok = True
        finally:
            with self.cond:
                self.opening -= 1
                if ok:
                    self.lent = [*self.lent, c]
                self.cond.notify_all()
        return c

    @property
    def open(self):
        with self.cond:
            return len(self.idle) + len(self.lent) + self.opening
