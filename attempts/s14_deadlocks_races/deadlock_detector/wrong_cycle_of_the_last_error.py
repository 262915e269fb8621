"""Keeps the cycle at the class: with the next error the one before tells another story.
Rejected by: test_self_deadlock
"""

import threading
import time
from dataclasses import dataclass


class DeadlockError(RuntimeError):
    pass


class NotHeld(RuntimeError):
    pass


@dataclass(eq=False)
class _Who:
    ident: int
    name: str
    wants: object = None
    timed: bool = False


class WatchedLock:
    def __init__(self, monitor, name):
        self.name = name
        self.monitor = monitor
        self.cond = threading.Condition(monitor.guard)
        self.holder = None

    def acquire(self, timeout=None):
        if timeout is None:
            end = None
        elif timeout < 0:
            raise ValueError(timeout)
        else:
            end = time.monotonic() + timeout
        with self.monitor.guard:
            me = self.monitor.who()
            try:
                while self.holder is not None:
                    if end is None:
                        self._check(me)
                        me.wants, me.timed = self, False
                        self.cond.wait()
                    else:
                        left = end - time.monotonic()
                        if left <= 0:
                            return False
                        me.wants, me.timed = self, True
                        self.cond.wait(left)
                self.holder = me
                return True
            finally:
                me.wants = None

    def _check(self, me):
        cycle = [(me.name, self.name)]
        seat = self.holder
        seen = {id(me)}
        while seat is not None:
            if seat is me:
                error = DeadlockError(" -> ".join(f"{thread}:{lock}" for thread, lock in cycle))
                DeadlockError.cycle = cycle
                raise error
            if seat.wants is None or seat.timed or id(seat) in seen:
                return
            seen.add(id(seat))
            cycle.append((seat.name, seat.wants.name))
            seat = seat.wants.holder

    def release(self):
        with self.monitor.guard:
            if self.holder is None or self.holder.ident != threading.get_ident():
                raise NotHeld(self.name)
            self.holder = None
            self.cond.notify()

    def __enter__(self):
        self.acquire()
        return self

    def __exit__(self, *exc):
        self.release()


class LockMonitor:
    def __init__(self):
        self.guard = threading.Lock()
        self.locks = []
        self.people = threading.local()
        self.everybody = []

    def who(self):
        if not hasattr(self.people, "me"):
            self.people.me = _Who(threading.get_ident(), threading.current_thread().name)
            self.everybody.append(self.people.me)
        return self.people.me

    def lock(self, name):
        with self.guard:
            if any(lock.name == name for lock in self.locks):
                raise ValueError(name)
            self.locks.append(WatchedLock(self, name))
            return self.locks[-1]

    def holders(self):
        with self.guard:
            return {lock.name: lock.holder.name for lock in self.locks if lock.holder}

    def waiting(self):
        with self.guard:
            return {p.name: p.wants.name for p in self.everybody if p.wants is not None}
