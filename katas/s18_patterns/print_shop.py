"""Repair the copy shop, so that no job is lost, nobody waits for ever and all printers go home at closing time.

Customers hand in print jobs at the counter (producers), printers take them from a queue (consumers). The code
is the producer-consumer example of many tutorials, put into a class. It loses jobs, hangs in flush() and
leaves printers running.
"""

import queue
import threading
from collections.abc import Callable


class PrintShop:
    """Prints jobs on `printers` threads of its own. One printer prints in the order of submission.

    No printer is idle while a job waits, also while somebody is in flush().

    A submit that comes at the same time as close is either accepted, and then printed before close returns,
    or it raises RuntimeError. No job is ever lost.
    """

    def __init__(self, print_job: Callable[[str], None], printers: int = 1) -> None:
        """print_job(job) prints one job. ValueError if printers < 1. The printer threads serve from now on."""
        self._print_job = print_job
        self._queue: queue.Queue[str | None] = queue.Queue()
        self._failed: list[tuple[str, Exception]] = []
        self._threads = [threading.Thread(target=self._consume) for _ in range(printers)]
        for thread in self._threads:
            thread.start()

    def submit(self, job: str) -> None:
        """Accept one job without waiting for its printing. RuntimeError once close() has been called."""
        self._queue.put(job)  # TODO: what becomes of a job that comes when the shop is closing?

    def flush(self) -> None:
        """Return when every job accepted before this call has been printed or has failed.

        Waiting for later jobs as well is allowed. After close(): returns at once.
        """
        self._queue.join()

    def close(self) -> list[tuple[str, Exception]]:
        """Take no more jobs, print all accepted ones, end all printer threads.

        Then return (job, error) of each job whose print_job raised an Exception, in any order. Repeatable,
        also from several threads: each call returns after the shutdown is complete, with the same content.
        The list belongs to the caller: changing it changes nothing else.
        """
        self._queue.put(None)  # TODO: who reads this, and how many wait for it?
        for thread in self._threads:
            thread.join()
        return self._failed

    def _consume(self) -> None:
        while True:
            job = self._queue.get()
            if job is None:
                break  # TODO: what does the queue's join() know of this?
            self._print_job(job)  # TODO: and if the printer jams?
            self._queue.task_done()
