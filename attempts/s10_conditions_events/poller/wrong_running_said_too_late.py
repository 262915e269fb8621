"""Says that it runs after the thread was started: what the first read asks for comes before that, and is not heard.

Rejected by: test_request_in_the_first_round
"""

import threading
from collections.abc import Callable


class Poller:
    def __init__(self, read: Callable[[], float], deliver: Callable[[float], None], interval: float) -> None:
        if interval <= 0:
            raise ValueError("interval must be > 0")
        self._read = read
        self._deliver = deliver
        self._interval = interval
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._running = False

    def start(self) -> None:
        with self._lock:
            if self._thread is not None or self._stop.is_set():
                raise RuntimeError("started before, or stopped")
            self._thread = threading.Thread(target=self._run)
            self._thread.start()
        self._running = True

    def poll_now(self) -> None:
        if not self._running:
            return
        self._wake.set()

    def stop(self) -> None:
        with self._lock:
            self._stop.set()
            thread = self._thread
        self._wake.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _run(self) -> None:
        while True:
            self._wake.clear()
            if self._stop.is_set():
                return
            self._deliver(self._read())
            self._wake.wait(self._interval)
