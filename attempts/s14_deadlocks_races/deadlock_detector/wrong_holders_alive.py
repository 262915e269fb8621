"""holders() leaves out a lock whose holder has ended: just the one that nobody will ever get.

Rejected by: test_a_thread_that_has_ended_still_holds
"""

import threading
import time


class DeadlockError(RuntimeError):
    def __init__(self, cycle):
        super().__init__(" -> ".join(f"{t} waits for {n}" for t, n in cycle))
        self.cycle = cycle


class WatchedLock:
    def __init__(self, monitor, name):
        self.name = name
        self._monitor = monitor
        self._cond = threading.Condition(monitor._guard)
        self._owner = None

    def acquire(self, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError(timeout)
        me = threading.current_thread()
        monitor = self._monitor
        with monitor._guard:
            if self._owner is None:
                self._owner = me
                return True
            if timeout is None:
                monitor._check(me, self)
            monitor._waits[me] = (self, timeout is None)
            try:
                end = None if timeout is None else time.monotonic() + timeout
                while self._owner is not None:
                    if end is None:
                        self._cond.wait()
                    else:
                        left = end - time.monotonic()
                        if left <= 0:
                            return False
                        self._cond.wait(left)
                self._owner = me
                return True
            finally:
                del monitor._waits[me]
                if self._owner is None:
                    self._cond.notify()

    def release(self):
        with self._monitor._guard:
            if self._owner is not threading.current_thread():
                raise RuntimeError(f"{self.name} is not yours")
            self._owner = None
            self._cond.notify()

    def __enter__(self):
        self.acquire()
        return self

    def __exit__(self, *exc):
        self.release()


class LockMonitor:
    def __init__(self):
        self._guard = threading.Lock()
        self._locks = {}
        self._waits = {}

    def _check(self, me, lock):
        cycle = [(me.name, lock.name)]
        owner = lock._owner
        while owner is not me:
            wait = self._waits.get(owner)
            if wait is None or not wait[1]:
                return
            lock = wait[0]
            cycle.append((owner.name, lock.name))
            owner = lock._owner
            if owner is None:
                return
        raise DeadlockError(cycle)

    def lock(self, name):
        with self._guard:
            if name in self._locks:
                raise ValueError(name)
            self._locks[name] = made = WatchedLock(self, name)
            return made

    def holders(self):
        with self._guard:
            return {n: l._owner.name for n, l in self._locks.items() if l._owner is not None and l._owner.is_alive()}

    def waiting(self):
        with self._guard:
            return {t.name: l.name for t, (l, _) in self._waits.items()}
