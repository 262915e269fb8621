"""A print_job that raises queue.Empty is taken for an empty queue: its job is missing in the list of failures.

Rejected by: test_failed_job_does_not_stop_the_printer
"""

import queue
import threading
from collections.abc import Callable

_SENTINEL = object()


class PrintShop:
    def __init__(self, print_job: Callable[[str], None], printers: int = 1) -> None:
        if printers < 1:
            raise ValueError(f"printers must be >= 1, got {printers}")
        self._print_job = print_job
        self._queue: queue.Queue = queue.Queue()
        self._failed: list[tuple[str, Exception]] = []
        self._lock = threading.Lock()
        self._failed_lock = threading.Lock()
        self._closed = False
        self._threads = [threading.Thread(target=self._consume, name=f"printer-{i}") for i in range(printers)]
        for thread in self._threads:
            thread.start()

    def submit(self, job: str) -> None:
        with self._lock:
            if self._closed:
                raise RuntimeError("the print shop is closed")
            self._queue.put(job)

    def flush(self) -> None:
        self._queue.join()

    def close(self) -> list[tuple[str, Exception]]:
        with self._lock:
            if not self._closed:
                self._closed = True
                for _ in self._threads:
                    self._queue.put(_SENTINEL)
        for thread in self._threads:
            thread.join()
        with self._failed_lock:
            return list(self._failed)

    def _consume(self) -> None:
        while True:
            job = self._queue.get()
            try:
                if job is _SENTINEL:
                    return
                try:
                    self._print_job(job)
                except queue.Empty:
                    continue
                except Exception as exc:
                    with self._failed_lock:
                        self._failed.append((job, exc))
            finally:
                self._queue.task_done()
