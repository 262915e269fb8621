"""Build locks that notice a deadlock at the moment it would close, and raise instead of standing still.

Nobody knows any more in which order the parts of this old system take their locks. So let the locks themselves keep
account of who holds what and who waits for whom. The last thread of a circle gets an error with the whole story. It
can let go of its locks, and the others go on.
"""


class DeadlockError(RuntimeError):
    """Waiting would have closed a circle."""

    cycle: list[tuple[str, str]]
    """[(thread name, name of the lock it waits for), ...]: first the thread that got the error. Each lock is held by
    the next thread of the list, the last lock by the first thread."""


class WatchedLock:
    """A lock made by LockMonitor.lock(). Not reentrant."""

    name: str

    def acquire(self, timeout: float | None = None) -> bool:
        """Wait until the lock is free and take it.

        Without timeout: True in the end. But if waiting would close a circle of threads that all wait without
        timeout, DeadlockError at once, and nothing is waited for. To ask for a lock that one holds is a circle of
        one thread.

        With timeout: True, or False when that many seconds are over. Never DeadlockError. Such a thread is no link
        of a circle either, because it stops waiting by itself. ValueError if timeout < 0.
        """
        raise NotImplementedError  # TODO

    def release(self) -> None:
        """RuntimeError if the calling thread does not hold the lock: it is free, or somebody else's."""
        raise NotImplementedError  # TODO

    def __enter__(self) -> "WatchedLock":
        """acquire() without timeout."""
        raise NotImplementedError  # TODO

    def __exit__(self, *exc: object) -> None:
        """release()."""
        raise NotImplementedError  # TODO


class LockMonitor:
    """Makes locks and knows who waits for whom. For any number of threads.

    A thread's name is threading.current_thread().name. Threads are told apart by identity: names may repeat. Waiting
    threads sleep, there is no thread in the background, and who waits for one lock never hinders work on others.
    """

    def lock(self, name: str) -> WatchedLock:
        """A new lock. ValueError if this monitor has a lock of that name already."""
        raise NotImplementedError  # TODO

    def holders(self) -> dict[str, str]:
        """Lock name -> name of the thread that holds it, for each lock that is held, all at one moment."""
        raise NotImplementedError  # TODO

    def waiting(self) -> dict[str, str]:
        """Name of each thread that waits now, with or without timeout -> name of the lock, all at one moment."""
        raise NotImplementedError  # TODO
