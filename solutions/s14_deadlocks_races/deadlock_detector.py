"""Owners and waiting threads in one book, under one guard that is held for a few lines and never while waiting.

A thread waits for one lock at most, and a lock has one owner at most. So the graph of who waits for whom has one
arrow at each thread, and the search is a walk: my lock, its owner, the lock that one waits for, its owner, and so on.
It ends at a lock that is free, or at a thread that runs or waits with a timeout. Or it comes back to me. It cannot run
into a circle without me: that one would have been refused when it was about to close.

"There is no circle" and "now I am waiting" have to be one step. Two threads that look first and write themselves down
later both find nothing, and both wait. For the same reason owners change under the same guard. That is why a waiting
thread waits on a Condition: `wait` lets go of the guard and sleeps in one step.

The arrow goes in a `finally`, in whichever way the waiting ends. An arrow that stays behind is tomorrow's false alarm.

Threads are kept as Thread objects. By its number (`get_ident`) a later thread could be taken for one that has ended
with a lock in its hands: numbers are given again.
"""

from threading import Condition, Lock, Thread, current_thread
from time import monotonic


class DeadlockError(RuntimeError):
    """Waiting would have closed a circle."""

    cycle: list[tuple[str, str]]
    """[(thread name, name of the lock it waits for), ...]: first the thread that got the error. Each lock is held by
    the next thread of the list, the last lock by the first thread."""

    def __init__(self, cycle: list[tuple[str, str]]) -> None:
        super().__init__(", ".join(f"{thread} waits for {lock}" for thread, lock in cycle))
        self.cycle = cycle


class WatchedLock:
    """A lock made by LockMonitor.lock(). Not reentrant."""

    name: str

    def __init__(self, monitor: "LockMonitor", name: str) -> None:
        self.name = name
        self._monitor = monitor
        self._freed = Condition(monitor._guard)  # a reason to wait of its own, under the guard of all
        self._owner: Thread | None = None

    def acquire(self, timeout: float | None = None) -> bool:
        """Wait until the lock is free and take it.

        Without timeout: True in the end. But if waiting would close a circle of threads that all wait without
        timeout, DeadlockError at once, and nothing is waited for. To ask for a lock that one holds is a circle of
        one thread.

        With timeout: True, or False when that many seconds are over. Never DeadlockError. Such a thread is no link
        of a circle either, because it stops waiting by itself. ValueError if timeout < 0.
        """
        if timeout is not None and timeout < 0:
            raise ValueError(f"a timeout is not negative, {timeout} is")
        deadline = None if timeout is None else monotonic() + timeout
        me = current_thread()
        arrows = self._monitor._timed if timeout is not None else self._monitor._waits
        with self._monitor._guard:
            while self._owner is not None:
                left = None if deadline is None else deadline - monotonic()
                if left is None:
                    self._monitor._check(me, self)
                elif left <= 0:
                    return False
                arrows[me] = self  # still under the guard: nobody can look in between
                try:
                    self._freed.wait(left)
                finally:
                    del arrows[me]
            self._owner = me
            return True

    def release(self) -> None:
        """RuntimeError if the calling thread does not hold the lock: it is free, or somebody else's."""
        with self._monitor._guard:
            if self._owner is not current_thread():
                raise RuntimeError(f"{current_thread().name} does not hold {self.name}")
            self._owner = None
            self._freed.notify()  # one is enough: it takes the lock, or whoever was faster notifies the next one

    def __enter__(self) -> "WatchedLock":
        """acquire() without timeout."""
        self.acquire()
        return self

    def __exit__(self, *exc: object) -> None:
        """release()."""
        self.release()


class LockMonitor:
    """Makes locks and knows who waits for whom. For any number of threads.

    A thread's name is threading.current_thread().name. Threads are told apart by identity: names may repeat. Waiting
    threads sleep, there is no thread in the background, and who waits for one lock never hinders work on others.
    """

    def __init__(self) -> None:
        self._guard = Lock()  # for everything below and the owners of all locks
        self._locks: dict[str, WatchedLock] = {}
        self._waits: dict[Thread, WatchedLock] = {}  # without timeout: the arrows of the graph
        self._timed: dict[Thread, WatchedLock] = {}  # with timeout: no arrow

    def lock(self, name: str) -> WatchedLock:
        """A new lock. ValueError if this monitor has a lock of that name already."""
        with self._guard:
            if name in self._locks:
                raise ValueError(f"there is a lock named {name!r} already")
            lock = self._locks[name] = WatchedLock(self, name)
            return lock

    def holders(self) -> dict[str, str]:
        """Lock name -> name of the thread that holds it, for each lock that is held, all at one moment."""
        with self._guard:
            return {name: lock._owner.name for name, lock in self._locks.items() if lock._owner is not None}

    def waiting(self) -> dict[str, str]:
        """Name of each thread that waits now, with or without timeout -> name of the lock, all at one moment."""
        with self._guard:
            return {thread.name: lock.name for thread, lock in (*self._waits.items(), *self._timed.items())}

    def _check(self, me: Thread, wanted: WatchedLock) -> None:
        """DeadlockError if the walk from this lock comes back to me. Call it with the guard in hand."""
        cycle = [(me.name, wanted.name)]
        owner = wanted._owner
        while owner is not None and owner is not me:
            lock = self._waits.get(owner)
            if lock is None:
                return
            cycle.append((owner.name, lock.name))
            owner = lock._owner
        if owner is me:
            raise DeadlockError(cycle)
