"""A Timer, set anew under a lock, wakes the poller's thread when it is time."""

import threading


class Poller:
    def __init__(self, read, deliver, interval):
        if interval <= 0:
            raise ValueError("interval must be positive")
        self._read, self._deliver, self._interval = read, deliver, interval
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._timer = None
        self._stopped = False
        self._thread = None

    def start(self):
        with self._lock:
            if self._thread is not None or self._stopped:
                raise RuntimeError("started before, or stopped")
            self._thread = threading.Thread(target=self._run)
            self._thread.start()

    def _run(self):
        while True:
            with self._lock:
                self._wake.clear()
                if self._stopped:
                    return
            self._deliver(self._read())
            with self._lock:
                if self._stopped:
                    return
                self._timer = timer = threading.Timer(self._interval, self._wake.set)
                timer.start()
            self._wake.wait()
            with self._lock:
                timer.cancel()
                self._timer = None
            timer.join()

    def poll_now(self):
        self._wake.set()

    def stop(self):
        with self._lock:
            self._stopped = True
            self._wake.set()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()
