"""Knows threads by get_ident(), as RLock does: no number is given twice while its thread runs."""

from threading import Condition, Lock, current_thread, get_ident
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
        me = get_ident()
        self._monitor._names[me] = current_thread().name
        arrows = self._monitor._timed if timeout is not None else self._monitor._waits
        with self._monitor._guard:
            while self._owner is not None:
                left = None if deadline is None else deadline - monotonic()
                if left is None:
                    self._monitor._check(me, self)
                elif left <= 0:
                    return False
                arrows[me] = self
                try:
                    self._freed.wait(left)
                finally:
                    del arrows[me]
            self._owner = me
            return True

    def release(self):
        with self._monitor._guard:
            if self._owner != get_ident():
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
        self._names = {}
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
            return {name: self._names[lock._owner] for name, lock in self._locks.items() if lock._owner is not None}

    def waiting(self):
        with self._guard:
            return {self._names[thread]: lock.name for thread, lock in (*self._waits.items(), *self._timed.items())}

    def _check(self, me, wanted):
        cycle = [(self._names[me], wanted.name)]
        owner = wanted._owner
        while owner is not None and owner != me:
            lock = self._waits.get(owner)
            if lock is None:
                return
            cycle.append((self._names[owner], lock.name))
            owner = lock._owner
        if owner == me:
            raise DeadlockError(cycle)
