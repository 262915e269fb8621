"""Has no printers at all: each job is printed by the customer who hands it in, one after the other.

Rejected by: test_printers_work_at_once, test_submit_does_not_wait
"""

import threading


class PrintShop:
    def __init__(self, print_job, printers=1):
        if printers < 1:
            raise ValueError("no printers")
        self._print_job = print_job
        self._lock = threading.RLock()
        self._failed = []
        self._closed = False

    def submit(self, job):
        with self._lock:
            if self._closed:
                raise RuntimeError("closed")
            try:
                self._print_job(job)
            except Exception as error:
                self._failed.append((job, error))

    def flush(self):
        pass

    def close(self):
        with self._lock:
            self._closed = True
            return list(self._failed)
