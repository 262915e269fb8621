"""Printers and those who flush wait at one Condition: notify() for a new job may wake one who cannot print it.

Rejected by: test_an_idle_printer_takes_the_next_job
"""

import threading
from collections import deque
from collections.abc import Callable


class PrintShop:
    """Prints jobs on `printers` threads of its own. One printer prints in the order of submission."""

    def __init__(self, print_job: Callable[[str], None], printers: int = 1) -> None:
        if printers < 1:
            raise ValueError(f"{printers} printers")
        self._print_job = print_job
        self._jobs: deque[str] = deque()
        self._at_work = 0
        self._closed = False
        self._failed: list[tuple[str, Exception]] = []
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._consume) for _ in range(printers)]
        for thread in self._threads:
            thread.start()

    def submit(self, job: str) -> None:
        """Accept one job without waiting for its printing. RuntimeError once close() has been called."""
        with self._changed:
            if self._closed:
                raise RuntimeError("closed")
            self._jobs.append(job)
            self._changed.notify()

    def flush(self) -> None:
        """Return when every job accepted before this call has been printed or has failed."""
        with self._changed:
            self._changed.wait_for(lambda: not self._jobs and not self._at_work)

    def close(self) -> list[tuple[str, Exception]]:
        """Take no more jobs, print all accepted ones, end all printer threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        return list(self._failed)

    def _consume(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs or self._closed)
                if not self._jobs:
                    return
                job = self._jobs.popleft()
                self._at_work += 1
            try:
                self._print_job(job)
            except Exception as error:
                self._failed.append((job, error))
            with self._changed:
                self._at_work -= 1
                self._changed.notify_all()
