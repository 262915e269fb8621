"""A request that came before stop() is still served after it: one more read follows.

Rejected by: test_stop_from_deliver
"""

import threading
import time


class Poller:
    def __init__(self, read, deliver, interval):
        if interval <= 0:
            raise ValueError("interval")
        self._do = lambda: deliver(read())
        self._interval = interval
        self._cond = threading.Condition()
        self._asked = self._served = 0
        self._started = self._stopped = False
        self._thread = threading.Thread(target=self._loop, daemon=True)

    def _loop(self):
        due = time.monotonic()
        while True:
            with self._cond:
                while not self._stopped and self._asked == self._served:
                    left = due - time.monotonic()
                    if left <= 0:
                        break
                    self._cond.wait(left)
                if self._stopped and self._asked == self._served:
                    return
                self._served = self._asked
            self._do()
            due = time.monotonic() + self._interval

    def start(self):
        with self._cond:
            if self._started or self._stopped:
                raise RuntimeError("started or stopped already")
            self._started = True
            self._thread.start()

    def poll_now(self):
        with self._cond:
            if self._started:
                self._asked += 1
                self._cond.notify_all()

    def stop(self):
        with self._cond:
            self._stopped = True
            self._cond.notify_all()
            if not self._started:
                return
        if threading.current_thread() is not self._thread:
            self._thread.join()
