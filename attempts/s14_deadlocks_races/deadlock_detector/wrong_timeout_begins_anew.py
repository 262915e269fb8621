"""After each notification it waits for the whole timeout again.

Rejected by: test_timeout_is_for_the_whole_wait
"""

import threading


class DeadlockError(RuntimeError):
    cycle = []


class WatchedLock:
    def __init__(self, monitor, name):
        self.name, self._monitor = name, monitor

    def acquire(self, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError(timeout)
        return self._monitor._acquire(threading.current_thread(), self.name, timeout)

    def release(self):
        self._monitor._release(threading.current_thread(), self.name)

    def __enter__(self):
        self.acquire()
        return self

    def __exit__(self, *exc):
        self.release()


class LockMonitor:
    def __init__(self):
        self._changed = threading.Condition()
        self._owner = {}
        self._asks = {}

    def lock(self, name):
        with self._changed:
            if name in self._owner:
                raise ValueError(name)
            self._owner[name] = None
        return WatchedLock(self, name)

    def holders(self):
        with self._changed:
            return {name: owner.name for name, owner in self._owner.items() if owner}

    def waiting(self):
        with self._changed:
            return {thread.name: name for thread, (name, _) in self._asks.items()}

    def _acquire(self, me, name, timeout):
        with self._changed:
            if self._owner[name] is not None:
                if timeout is None:
                    self._refuse_circle(me, name)
                self._asks[me] = name, timeout
                while self._owner[name] is not None:
                    if not self._changed.wait(timeout):
                        del self._asks[me]
                        return False
                del self._asks[me]
            self._owner[name] = me
            return True

    def _refuse_circle(self, me, name):
        chain = []
        thread, timeout = me, None
        while timeout is None:
            chain.append((thread.name, name))
            thread = self._owner[name]
            if thread is me:
                error = DeadlockError(f"deadlock: {chain}")
                error.cycle = chain
                raise error
            if thread not in self._asks:
                return
            name, timeout = self._asks[thread]

    def _release(self, me, name):
        with self._changed:
            if self._owner[name] is not me:
                raise RuntimeError(name)
            self._owner[name] = None
            self._changed.notify_all()
