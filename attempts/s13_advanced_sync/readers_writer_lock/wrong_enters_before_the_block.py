"""reading() enters when it is called: who never comes to the block stays inside.

Rejected by: test_blocks
"""

import contextlib
import threading
import time


class _Waiter:
    def __init__(self, lock):
        self.cond = threading.Condition(lock)
        self.granted = False


class ReadWriteLock:
    def __init__(self):
        self._lock = threading.Lock()
        self._readers = 0
        self._writer = False
        self._wait_r = []
        self._wait_w = []

    def _let_readers_in(self):
        for w in self._wait_r:
            w.granted = True
            w.cond.notify()
        self._readers += len(self._wait_r)
        self._wait_r.clear()

    def _let_writer_in(self):
        w = self._wait_w.pop(0)
        w.granted = True
        self._writer = True
        w.cond.notify()

    def _sleep(self, waiter, timeout):
        if timeout is None:
            while not waiter.granted:
                waiter.cond.wait()
            return
        end = time.monotonic() + timeout
        while not waiter.granted:
            left = end - time.monotonic()
            if left <= 0:
                return
            waiter.cond.wait(left)

    def acquire_read(self, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError(timeout)
        with self._lock:
            if not self._writer and not self._wait_w:
                self._readers += 1
                return True
            if timeout == 0:
                return False
            me = _Waiter(self._lock)
            self._wait_r.append(me)
            try:
                self._sleep(me, timeout)
            except BaseException:
                if me.granted:
                    self._leave_read()
                else:
                    self._wait_r.remove(me)
                raise
            if not me.granted:
                self._wait_r.remove(me)
            return me.granted

    def _leave_read(self):
        self._readers -= 1
        if self._readers == 0 and self._wait_w:
            self._let_writer_in()

    def release_read(self):
        with self._lock:
            if self._readers == 0:
                raise RuntimeError("no reader is inside")
            self._leave_read()

    def acquire_write(self, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError(timeout)
        with self._lock:
            if not self._writer and self._readers == 0:
                self._writer = True
                return True
            if timeout == 0:
                return False
            me = _Waiter(self._lock)
            self._wait_w.append(me)
            try:
                self._sleep(me, timeout)
            except BaseException:
                if me.granted:
                    self._leave_write()
                else:
                    self._give_up(me)
                raise
            if not me.granted:
                self._give_up(me)
            return me.granted

    def _give_up(self, me):
        self._wait_w.remove(me)
        if not self._writer and not self._wait_w:
            self._let_readers_in()

    def _leave_write(self):
        self._writer = False
        if self._wait_r:
            self._let_readers_in()
        elif self._wait_w:
            self._let_writer_in()

    def release_write(self):
        with self._lock:
            if not self._writer:
                raise RuntimeError("no writer is inside")
            self._leave_write()

    def reading(self):
        self.acquire_read()
        stack = contextlib.ExitStack()
        stack.callback(self.release_read)
        return stack

    @contextlib.contextmanager
    def writing(self):
        self.acquire_write()
        try:
            yield
        finally:
            self.release_write()
