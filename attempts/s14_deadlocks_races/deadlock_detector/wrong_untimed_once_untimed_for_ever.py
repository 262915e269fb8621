"""How a thread waits is noted at its first wait only: a later one with a timeout is a link, too, and a false alarm.

Rejected by: test_each_wait_for_itself
"""

import threading
import time


class DeadlockError(RuntimeError):
    cycle: list[tuple[str, str]]

    def __init__(self, cycle: list[tuple[str, str]]) -> None:
        super().__init__("deadlock: " + ", ".join(f"{t} waits for {n}" for t, n in cycle))
        self.cycle = cycle


class WatchedLock:
    def __init__(self, monitor: "LockMonitor", name: str) -> None:
        self.name = name
        self._monitor = monitor
        self._owner: threading.Thread | None = None

    def acquire(self, timeout: float | None = None) -> bool:
        if timeout is not None and timeout < 0:
            raise ValueError(timeout)
        me = threading.current_thread()
        m = self._monitor
        end = None if timeout is None else time.monotonic() + timeout
        with m._cond:
            try:
                while self._owner is not None:
                    if end is None:
                        cycle = m._find(me, self)
                        if cycle:
                            raise DeadlockError(cycle)
                        left = None
                    else:
                        left = end - time.monotonic()
                        if left <= 0:
                            return False
                    timed = m._timed.setdefault(me, timeout is not None)
                    m._wants[me] = (self, timed)
                    m._cond.wait(left)
            finally:
                m._wants.pop(me, None)
            self._owner = me
            return True

    def release(self) -> None:
        m = self._monitor
        with m._cond:
            if self._owner is not threading.current_thread():
                raise RuntimeError(f"{self.name} is not held by this thread")
            self._owner = None
            m._cond.notify_all()

    def __enter__(self) -> "WatchedLock":
        self.acquire()
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()


class LockMonitor:
    def __init__(self) -> None:
        self._cond = threading.Condition(threading.Lock())
        self._locks: dict[str, WatchedLock] = {}
        self._wants: dict[threading.Thread, tuple[WatchedLock, bool]] = {}
        self._timed: dict[threading.Thread, bool] = {}

    def _find(self, me: threading.Thread, lock: WatchedLock) -> list[tuple[str, str]] | None:
        story = [(me.name, lock.name)]
        seen = set()
        owner = lock._owner
        while owner is not me:
            if owner is None or owner in seen or owner not in self._wants:
                return None
            seen.add(owner)
            wanted, timed = self._wants[owner]
            if timed:
                return None
            story.append((owner.name, wanted.name))
            owner = wanted._owner
        return story

    def lock(self, name: str) -> WatchedLock:
        with self._cond:
            if name in self._locks:
                raise ValueError(f"there is a lock {name!r}")
            self._locks[name] = lock = WatchedLock(self, name)
            return lock

    def holders(self) -> dict[str, str]:
        with self._cond:
            return {n: l._owner.name for n, l in self._locks.items() if l._owner is not None}

    def waiting(self) -> dict[str, str]:
        with self._cond:
            return {t.name: l.name for t, (l, _) in self._wants.items()}
