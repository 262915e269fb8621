"""Takes the empty name for no name: such a lock is held, and missing among the holders.

Rejected by: test_one_thread
"""

import time
from threading import Condition, Lock, current_thread


class DeadlockError(RuntimeError):
    def __init__(self, cycle):
        super().__init__(", ".join(f"{t} waits for {l}" for t, l in cycle))
        self.cycle = cycle


class WatchedLock:
    def __init__(self, monitor, name):
        self._monitor = monitor
        self.name = name
        self._owner = None
        self._free = Condition(monitor._mutex)

    def acquire(self, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError("timeout < 0")
        m, me = self._monitor, current_thread()
        end = None if timeout is None else time.monotonic() + timeout
        with m._mutex:
            if self._owner is None:
                self._owner = me
                return True
            if timeout is None:
                self._check(me)
            m._waits[me] = (self, timeout is None)
            try:
                while self._owner is not None:
                    if end is None:
                        self._free.wait()
                    else:
                        left = end - time.monotonic()
                        if left <= 0:
                            return False
                        self._free.wait(left)
                    if timeout is None and self._owner is not None:
                        pass
                self._owner = me
                return True
            finally:
                del m._waits[me]
                if self._owner is None:
                    self._free.notify()

    def _check(self, me):
        cycle = [(me.name, self.name)]
        lock = self
        while lock._owner is not None and lock._owner is not me:
            owner = lock._owner
            waits = self._monitor._waits.get(owner)
            if waits is None or not waits[1]:
                return
            lock = waits[0]
            cycle.append((owner.name, lock.name))
            if len(cycle) > 10000:
                return
        if lock._owner is me:
            raise DeadlockError(cycle)

    def release(self):
        with self._monitor._mutex:
            if self._owner is not current_thread():
                raise RuntimeError("not yours")
            self._owner = None
            self._free.notify()

    def __enter__(self):
        self.acquire()
        return self

    def __exit__(self, *exc):
        self.release()


class LockMonitor:
    def __init__(self):
        self._mutex = Lock()
        self._locks = {}
        self._waits = {}

    def lock(self, name):
        with self._mutex:
            if name in self._locks:
                raise ValueError(name)
            self._locks[name] = lock = WatchedLock(self, name)
            return lock

    def holders(self):
        with self._mutex:
            return {n: l._owner.name for n, l in self._locks.items() if n and l._owner is not None}

    def waiting(self):
        with self._mutex:
            return {t.name: l.name for t, (l, _) in self._waits.items()}
