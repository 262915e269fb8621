"""stop() looks for the thread before it takes the lock: a start() in between, and nobody waits for its thread.

Rejected by: test_start_racing_stop
"""

import threading
from collections.abc import Callable


class Poller:
    def __init__(self, read: Callable[[], float], deliver: Callable[[float], None], interval: float) -> None:
        if interval <= 0:
            raise ValueError("interval must be positive")
        self._read = read
        self._deliver = deliver
        self._interval = interval
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def _run(self) -> None:
        while True:
            self._wake.clear()
            if self._stopping:
                return
            value = self._read()
            self._deliver(value)
            self._wake.wait(self._interval)

    def start(self) -> None:
        with self._lock:
            if self._thread is not None or self._stopping:
                raise RuntimeError("started before, or stopped")
            self._thread = threading.Thread(target=self._run)
            self._thread.start()

    def poll_now(self) -> None:
        with self._lock:
            if self._thread is not None:
                self._wake.set()

    def stop(self) -> None:
        thread = self._thread
        with self._lock:
            self._stopping = True
            self._wake.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join()
