"""Of two who close at once both hand out sentinels. The second round stays in the queue, and a later flush waits for it.

Rejected by: test_close_twice
"""

import queue
import threading

_HOME = object()


class PrintShop:
    def __init__(self, print_job, printers=1):
        if printers < 1:
            raise ValueError(printers)
        self._print_job = print_job
        self._queue = queue.Queue()
        self._door = threading.Lock()
        self._closed = False
        self._failed = []
        self._threads = [threading.Thread(target=self._consume) for _ in range(printers)]
        for thread in self._threads:
            thread.start()

    def submit(self, job):
        with self._door:
            if self._closed:
                raise RuntimeError("the shop is closed")
            self._queue.put(job)

    def flush(self):
        self._queue.join()

    def close(self):
        if not self._closed:
            with self._door:
                self._closed = True
                for _ in self._threads:
                    self._queue.put(_HOME)
        for thread in self._threads:
            thread.join()
        return list(self._failed)

    def _consume(self):
        while True:
            job = self._queue.get()
            try:
                if job is _HOME:
                    return
                self._print_job(job)
            except Exception as error:
                self._failed.append((job, error))
            finally:
                self._queue.task_done()
