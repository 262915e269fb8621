"""Whoever releases a lock hands it over to the first in its line, with owner and arrow, under the guard."""

from collections import deque
from threading import Event, RLock, current_thread


class DeadlockError(RuntimeError):
    def __init__(self, cycle):
        super().__init__(cycle)
        self.cycle = cycle


class Place:
    def __init__(self, thread, lock, timed):
        self.thread, self.lock, self.timed = thread, lock, timed
        self.mine = Event()


class WatchedLock:
    def __init__(self, monitor, name):
        self.name = name
        self.monitor = monitor
        self.owner = None
        self.line = deque()

    def acquire(self, timeout=None):
        if timeout is not None and timeout < 0:
            raise ValueError("negative")
        me = current_thread()
        with self.monitor.guard:
            if self.owner is None:
                self.owner = me
                return True
            if timeout == 0:
                return False
            if timeout is None:
                self.monitor.walk(me, self)
            place = Place(me, self, timeout is not None)
            self.line.append(place)
            self.monitor.places[me] = place
        if place.mine.wait(timeout):
            return True
        with self.monitor.guard:
            if place.mine.is_set():
                return True
            self.line.remove(place)
            del self.monitor.places[me]
            return False

    def release(self):
        with self.monitor.guard:
            if self.owner is not current_thread():
                raise RuntimeError("not yours")
            self.owner = None
            if self.line:
                place = self.line.popleft()
                self.owner = place.thread
                del self.monitor.places[place.thread]
                place.mine.set()

    def __enter__(self):
        self.acquire()
        return self

    def __exit__(self, *exc):
        self.release()


class LockMonitor:
    def __init__(self):
        self.guard = RLock()
        self.locks = []
        self.places = {}

    def lock(self, name):
        with self.guard:
            if any(lock.name == name for lock in self.locks):
                raise ValueError(name)
            self.locks.append(WatchedLock(self, name))
            return self.locks[-1]

    def holders(self):
        with self.guard:
            return {lock.name: lock.owner.name for lock in self.locks if lock.owner}

    def waiting(self):
        with self.guard:
            return {place.thread.name: place.lock.name for place in self.places.values()}

    def walk(self, me, lock):
        cycle = [(me.name, lock.name)]
        while lock.owner is not me:
            place = self.places.get(lock.owner)
            if place is None or place.timed:
                return
            lock = place.lock
            cycle.append((place.thread.name, lock.name))
        raise DeadlockError(cycle)
