"""Waits for twenty seconds in flush, and then returns whatever is still in print.

Rejected by: test_takes_as_long_as_the_prints
"""

import threading
from collections import deque
from collections.abc import Callable


class PrintShop:
    def __init__(self, print_job: Callable[[str], None], printers: int = 1) -> None:
        if printers < 1:
            raise ValueError("printers must be at least 1")
        self._print_job = print_job
        self._jobs: deque[str] = deque()
        self._cond = threading.Condition()
        self._open = 0  # accepted, but not yet done
        self._closed = False
        self._failed: list[tuple[str, Exception]] = []
        self._threads = [threading.Thread(target=self._consume) for _ in range(printers)]
        for thread in self._threads:
            thread.start()

    def submit(self, job: str) -> None:
        with self._cond:
            if self._closed:
                raise RuntimeError("the shop is closed")
            self._jobs.append(job)
            self._open += 1
            self._cond.notify_all()

    def flush(self) -> None:
        with self._cond:
            self._cond.wait_for(lambda: not self._open, timeout=20)

    def close(self) -> list[tuple[str, Exception]]:
        with self._cond:
            self._closed = True
            self._cond.notify_all()
        for thread in self._threads:
            thread.join()
        with self._cond:
            return list(self._failed)

    def _consume(self) -> None:
        while True:
            with self._cond:
                while not self._jobs and not self._closed:
                    self._cond.wait()
                if not self._jobs:
                    return
                job = self._jobs.popleft()
            error = None
            try:
                self._print_job(job)
            except Exception as e:
                error = e
            finally:
                with self._cond:
                    if error is not None:
                        self._failed.append((job, error))
                    self._open -= 1
                    self._cond.notify_all()
