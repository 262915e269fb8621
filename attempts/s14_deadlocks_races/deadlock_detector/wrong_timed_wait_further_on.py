"""Sees that the holder waits with a timeout, but not that a thread further along the ring does.
Rejected by: test_a_ring_with_one_timed_wait
"""

import threading
import time


class DeadlockError(RuntimeError):
    cycle: list[tuple[str, str]]

    def __init__(self, cycle: list[tuple[str, str]]) -> None:
        self.cycle = cycle
        story = "; ".join(f"{thread} waits for {lock}" for thread, lock in cycle)
        super().__init__(f"deadlock: {story}")


class WatchedLock:
    name: str

    def __init__(self, monitor: "LockMonitor", name: str) -> None:
        self.name = name
        self._monitor = monitor
        self._owner: threading.Thread | None = None

    def acquire(self, timeout: float | None = None) -> bool:
        if timeout is not None and timeout < 0:
            raise ValueError("timeout must not be negative")
        return self._monitor._acquire(self, timeout)

    def release(self) -> None:
        self._monitor._release(self)

    def __enter__(self) -> "WatchedLock":
        self.acquire()
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()


class LockMonitor:
    def __init__(self) -> None:
        self._cond = threading.Condition()
        self._locks: dict[str, WatchedLock] = {}
        self._waits: dict[threading.Thread, tuple[WatchedLock, bool]] = {}

    def lock(self, name: str) -> WatchedLock:
        with self._cond:
            if name in self._locks:
                raise ValueError(f"lock {name!r} already exists")
            lock = self._locks[name] = WatchedLock(self, name)
            return lock

    def _find_cycle(self, me: threading.Thread, lock: WatchedLock) -> list[tuple[str, str]] | None:
        path = [(me.name, lock.name)]
        owner = lock._owner
        while owner is not None and owner is not me:
            edge = self._waits.get(owner)
            if edge is None or (edge[1] and len(path) == 1):
                return None
            path.append((owner.name, edge[0].name))
            owner = edge[0]._owner
        return path if owner is me else None

    def _acquire(self, lock: WatchedLock, timeout: float | None) -> bool:
        me = threading.current_thread()
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._cond:
            while lock._owner is not None:
                if deadline is None:
                    cycle = self._find_cycle(me, lock)
                    if cycle is not None:
                        raise DeadlockError(cycle)
                    remaining = None
                else:
                    remaining = deadline - time.monotonic()
                    if remaining <= 0:
                        return False
                self._waits[me] = (lock, timeout is not None)
                try:
                    self._cond.wait(remaining)
                finally:
                    del self._waits[me]
            lock._owner = me
            return True

    def _release(self, lock: WatchedLock) -> None:
        with self._cond:
            if lock._owner is not threading.current_thread():
                raise RuntimeError(f"lock {lock.name!r} is not held by this thread")
            lock._owner = None
            self._cond.notify_all()

    def holders(self) -> dict[str, str]:
        with self._cond:
            return {n: lock._owner.name for n, lock in self._locks.items() if lock._owner is not None}

    def waiting(self) -> dict[str, str]:
        with self._cond:
            return {t.name: lock.name for t, (lock, _) in self._waits.items()}
