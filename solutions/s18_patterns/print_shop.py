"""Every get has its task_done, every printer its own goodbye, and nothing gets behind the goodbyes.

Five things were wrong with the tutorial's example:

- `break` on the None, without task_done(): the queue counts what was put and not yet done, so after the
  goodbye its own join() waits for ever. Now task_done() stands in a finally and belongs to each get;
- one None for any number of printers: the first one takes it, the others wait on. Now each gets one;
- a print_job that raised took its printer along, and the rest of the queue was never printed. Now the error
  is noted and the printer goes on;
- closing was check-then-act: between "is it closed?" and the put, close could send the goodbyes, and the job
  landed behind them, where nobody looks any more. Now the question and the put are one step under a lock,
  and so are the flag and the goodbyes;
- printers < 1 made a shop that accepts jobs and never prints them. Now it is refused.

The queue has no maxsize, so a put never waits and may stand under the lock. The join of the printers does
wait, and stands outside: print_job is foreign code, and whoever waits for it should hold nothing.
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
        if printers < 1:  # before any thread is there
            raise ValueError(f"a print shop needs at least one printer, not {printers}")
        self._print_job = print_job
        self._queue: queue.Queue[str | None] = queue.Queue()
        self._failed: list[tuple[str, Exception]] = []
        self._closed = False
        self._counter = threading.Lock()  # keeps "is it closed?" and the put together
        self._threads = [threading.Thread(target=self._consume) for _ in range(printers)]
        for thread in self._threads:
            thread.start()

    def submit(self, job: str) -> None:
        """Accept one job without waiting for its printing. RuntimeError once close() has been called."""
        with self._counter:
            if self._closed:
                raise RuntimeError("the print shop is closed")
            self._queue.put(job)  # inside: no goodbye can get in front of it

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
        with self._counter:
            if not self._closed:  # only the first call says goodbye, or flush() would wait for unread ones
                self._closed = True
                for _ in self._threads:
                    self._queue.put(None)  # one each, and behind all accepted jobs
        for thread in self._threads:
            thread.join()
        return list(self._failed)  # all printers have ended: nobody writes to it any more

    def _consume(self) -> None:
        while True:
            job = self._queue.get()
            try:
                if job is None:
                    break
                self._print_job(job)
            except Exception as error:
                self._failed.append((job, error))
            finally:
                self._queue.task_done()  # once for each get: goodbye and failed job too
