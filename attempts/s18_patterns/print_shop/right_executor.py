"""A ThreadPoolExecutor has queue, printers and goodbyes already; the futures remember what failed."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait


class PrintShop:
    def __init__(self, print_job, printers=1):
        self._pool = ThreadPoolExecutor(printers)  # ValueError if printers < 1
        self._print_job = print_job
        self._lock = threading.Lock()
        self._jobs: list[tuple[str, Future]] = []

    def submit(self, job):
        with self._lock:
            self._jobs.append((job, self._pool.submit(self._print_job, job)))  # RuntimeError after shutdown

    def flush(self):
        with self._lock:
            futures = [future for _, future in self._jobs]
        wait(futures)

    def close(self):
        self._pool.shutdown()
        with self._lock:
            jobs = list(self._jobs)
        self.flush()
        return [(job, future.exception()) for job, future in jobs if future.exception() is not None]
