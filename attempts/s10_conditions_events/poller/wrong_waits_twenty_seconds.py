"""stop() waits twenty seconds for the thread and no longer: it returns while a long read goes on.

Rejected by: test_stop_waits_for_a_read
"""

from collections.abc import Callable
from threading import Event, Lock, Thread, current_thread


class Poller:
    def __init__(self, read: Callable[[], float], deliver: Callable[[float], None], interval: float) -> None:
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
        with self._lock:
            if self._thread is not None or self._stop.is_set():
                raise RuntimeError("a poller is started once, and not after it was stopped")
            self._thread = Thread(target=self._run)
            self._thread.start()  # inside: stop() finds no thread that cannot be joined yet

    def poll_now(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        with self._lock:
            self._stop.set()  # first the level,
            self._wake.set()  # then the pulse
            thread = self._thread
        if thread is not None and thread is not current_thread():
            thread.join(20)

    def _run(self) -> None:
        while True:
            self._wake.clear()  # before acting: what comes from here on asks for another read
            if self._stop.is_set():
                return
            self._deliver(self._read())
            self._wake.wait(self._interval)
