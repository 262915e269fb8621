"""Takes every wait of more than a second for a deadlock.

Rejected by: test_a_slow_holder_is_no_deadlock
"""

from threading import Condition, Lock, Thread, current_thread
from time import monotonic


class DeadlockError(RuntimeError):
    def __init__(self, cycle):
        super().__init__(", ".join(f"{thread} waits for {lock}" for thread, lock in cycle))
        self.cycle = cycle


class WatchedLock:
    def __init__(self, monitor, name):
        self.name = name
        self._monitor = monitor
        self._freed = Condition(monitor._guard)
        self._owner = None

    def acquire(self, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError(f"a timeout is not negative, {timeout} is")
        deadline = None if timeout is None else monotonic() + timeout
        me = current_thread()
        arrows = self._monitor._timed if timeout is not None else self._monitor._waits
        with self._monitor._guard:
            while self._owner is not None:
                left = None if deadline is None else deadline - monotonic()
                if left is None:
                    if self._owner is me:
                        raise DeadlockError([(me.name, self.name)])
                elif left <= 0:
                    return False
                arrows[me] = self
                try:
                    late = not self._freed.wait(1 if left is None else left)
                finally:
                    del arrows[me]
                if left is None and late and self._owner is not None:
                    raise DeadlockError([(me.name, self.name), (self._owner.name, self.name)])
            self._owner = me
            return True

    def release(self):
        with self._monitor._guard:
            if self._owner is not current_thread():
                raise RuntimeError(f"{current_thread().name} does not hold {self.name}")
            self._owner = None
            self._freed.notify_all()

    def __enter__(self):
        self.acquire()
        return self

    def __exit__(self, *exc):
        self.release()


class LockMonitor:
    def __init__(self):
        self._guard = Lock()
        self._locks = {}
        self._waits = {}
        self._timed = {}

    def lock(self, name):
        with self._guard:
            if name in self._locks:
                raise ValueError(f"there is a lock named {name!r} already")
            lock = self._locks[name] = WatchedLock(self, name)
            return lock

    def holders(self):
        with self._guard:
            return {name: lock._owner.name for name, lock in self._locks.items() if lock._owner is not None}

    def waiting(self):
        with self._guard:
            return {thread.name: lock.name for thread, lock in (*self._waits.items(), *self._timed.items())}
