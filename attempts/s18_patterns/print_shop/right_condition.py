"""An own deque and one Condition, with a closed flag instead of goodbyes."""

import threading
from collections import deque


class PrintShop:
    def __init__(self, print_job, printers=1):
        if printers < 1:
            raise ValueError("a print shop needs a printer")
        self._print_job = print_job
        self._changed = threading.Condition()
        self._waiting = deque()
        self._open_jobs = 0
        self._closed = False
        self._failed = []
        self._threads = [threading.Thread(target=self._printer) for _ in range(printers)]
        for thread in self._threads:
            thread.start()

    def submit(self, job):
        with self._changed:
            if self._closed:
                raise RuntimeError("the print shop is closed")
            self._waiting.append(job)
            self._open_jobs += 1
            self._changed.notify_all()

    def flush(self):
        with self._changed:
            self._changed.wait_for(lambda: self._open_jobs == 0)

    def close(self):
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        with self._changed:
            return list(self._failed)

    def _printer(self):
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                job = self._waiting.popleft()
            failure = None
            try:
                self._print_job(job)
            except Exception as error:
                failure = error
            with self._changed:
                if failure is not None:
                    self._failed.append((job, failure))
                self._open_jobs -= 1
                self._changed.notify_all()
