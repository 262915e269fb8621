"""start() clears the pulse before it looks: one that is refused sweeps away a request or a stop.

Rejected by: test_refused_start_changes_nothing
"""

from collections.abc import Callable
from threading import Event, Lock, Thread, current_thread


class Poller:
    """Reads and delivers in the background: first at once, then whenever it is time or somebody asks.

    The next read begins `interval` seconds after the previous delivery ended, or at once if poll_now() was called
    since the previous read began. No lock is held while read or deliver runs: both may use the poller themselves,
    and wait for other threads that do.
    """

    def __init__(self, read: Callable[[], float], deliver: Callable[[float], None], interval: float) -> None:
        """ValueError if interval <= 0. read and deliver run only in the poller's thread, and never raise.

        Each value that read returns is handed to deliver before the next read begins.
        """
        if interval <= 0:
            raise ValueError(f"an interval is longer than 0 seconds, not {interval}")
        self._read = read
        self._deliver = deliver
        self._interval = interval
        self._lock = Lock()  # guards _thread, and keeps start and stop apart
        self._thread: Thread | None = None
        self._stop = Event()  # a level: once set, it stays
        self._wake = Event()  # a pulse: something has happened, look again

    def start(self) -> None:
        """Start the thread; the first read begins at once. RuntimeError if started before, or after stop()."""
        self._wake.clear()  # what was asked before the start has no effect
        with self._lock:
            if self._thread is not None or self._stop.is_set():
                raise RuntimeError("a poller is started once, and not after it was stopped")
            self._thread = Thread(target=self._run)
            self._thread.start()  # inside: stop() finds no thread that cannot be joined yet

    def poll_now(self) -> None:
        """Ask for a read that begins after this call; does not wait for it.

        Several requests made before that read begins count as one. (A request in the very instant in which a read
        begins may cause one read more, never one less.) No effect before start() and after stop().
        """
        self._wake.set()

    def stop(self) -> None:
        """Wake a sleeping poller and end it; a read under way is finished and delivered, and none follows.

        When stop() returns the thread has ended. Idempotent, from any thread. Called from read or deliver it
        returns at once, and the thread ends after that delivery.
        """
        with self._lock:
            self._stop.set()  # first the level,
            self._wake.set()  # then the pulse
            thread = self._thread
        if thread is not None and thread is not current_thread():  # nobody can wait for its own end
            thread.join()

    def _run(self) -> None:
        while True:
            self._wake.clear()
            if self._stop.is_set():
                return
            self._deliver(self._read())
            self._wake.wait(self._interval)
