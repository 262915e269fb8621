"""Collects the jobs and starts the printers at closing time (or when somebody flushes).

Rejected by: test_a_day_in_the_shop, test_flush_waits_for_the_prints
"""

import threading
from concurrent.futures import ThreadPoolExecutor


class PrintShop:
    def __init__(self, print_job, printers=1):
        if printers < 1:
            raise ValueError("no printers")
        self._print_job = print_job
        self._printers = printers
        self._lock = threading.Lock()
        self._busy = threading.Lock()
        self._waiting = []
        self._failed = []
        self._closed = False

    def submit(self, job):
        with self._lock:
            if self._closed:
                raise RuntimeError("closed")
            self._waiting.append(job)

    def _print(self, job):
        try:
            self._print_job(job)
        except Exception as error:
            self._failed.append((job, error))

    def flush(self):
        with self._lock:
            jobs, self._waiting = self._waiting, []
        with ThreadPoolExecutor(self._printers) as pool:
            for job in jobs:
                pool.submit(self._print, job)

    def close(self):
        with self._busy:
            with self._lock:
                self._closed = True
            self.flush()
            return list(self._failed)
