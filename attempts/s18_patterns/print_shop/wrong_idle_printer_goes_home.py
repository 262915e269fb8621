"""A printer that has had no job for five seconds goes home.

Rejected by: test_a_quiet_moment
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
            while self._open:
                self._cond.wait()

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
                self._cond.wait_for(lambda: self._jobs or self._closed, timeout=5)
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
