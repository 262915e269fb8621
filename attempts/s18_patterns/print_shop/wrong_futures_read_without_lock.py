"""close reads the list of futures without the lock: one who has submitted may not have written the future down yet.

Rejected by: test_submit_racing_close
"""

import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait


class PrintShop:
    def __init__(self, print_job, printers=1):
        self._pool = ThreadPoolExecutor(printers)
        self._print_job = print_job
        self._lock = threading.Lock()
        self._jobs: list[tuple[str, Future]] = []

    def submit(self, job):
        with self._lock:
            self._jobs.append((job, self._pool.submit(self._print_job, job)))

    def flush(self):
        with self._lock:
            futures = [future for _, future in self._jobs]
        wait(futures)

    def close(self):
        self._pool.shutdown()
        return [(job, error) for job, future in self._jobs if (error := future.exception()) is not None]
