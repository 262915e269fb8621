"""Releases the real lock first, then clears the owner: by then it is the next owner's name that is wiped out.

Rejected by: test_two_locks_two_threads
"""

from threading import Lock, current_thread


class DeadlockError(RuntimeError):
    def __init__(self, cycle):
        super().__init__(cycle)
        self.cycle = cycle


class WatchedLock:
    def __init__(self, monitor, name):
        self.name = name
        self._monitor = monitor
        self._lock = Lock()

    def acquire(self, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError(timeout)
        me = current_thread()
        monitor = self._monitor
        with monitor._guard:
            if timeout is None:
                monitor._check(me, self)
            monitor._wants[me] = self, timeout
        got = self._lock.acquire(timeout=-1 if timeout is None else timeout)
        with monitor._guard:
            del monitor._wants[me]
            if got:
                monitor._owners[self] = me
        return got

    def release(self):
        with self._monitor._guard:
            if self._monitor._owners.get(self) is not current_thread():
                raise RuntimeError(self.name)
        self._lock.release()
        with self._monitor._guard:
            self._monitor._owners.pop(self, None)

    def __enter__(self):
        self.acquire()
        return self

    def __exit__(self, *exc):
        self.release()


class LockMonitor:
    def __init__(self):
        self._guard = Lock()
        self._locks = {}
        self._owners = {}
        self._wants = {}

    def lock(self, name):
        with self._guard:
            if name in self._locks:
                raise ValueError(name)
            self._locks[name] = WatchedLock(self, name)
            return self._locks[name]

    def holders(self):
        with self._guard:
            return {lock.name: owner.name for lock, owner in self._owners.items()}

    def waiting(self):
        with self._guard:
            return {thread.name: lock.name for thread, (lock, _) in self._wants.items()}

    def _check(self, me, lock):
        cycle = [(me.name, lock.name)]
        owner = self._owners.get(lock)
        while owner is not None and owner is not me:
            lock, timeout = self._wants.get(owner, (None, None))
            if lock is None or timeout is not None:
                return
            cycle.append((owner.name, lock.name))
            owner = self._owners.get(lock)
        if owner is me:
            raise DeadlockError(cycle)
