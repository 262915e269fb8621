"""flush waits until as many jobs are done as were accepted before it, whichever they are: a later one counts, too.

Rejected by: test_flush_waits_for_the_right_jobs
"""

import threading
from collections import deque


class PrintShop:
    def __init__(self, print_job, printers=1):
        if printers < 1:
            raise ValueError("a shop needs a printer")
        self.print_job = print_job
        self.cond = threading.Condition()
        self.jobs = deque()
        self.accepted = 0
        self.finished = 0
        self.closed = False
        self.failed = []
        self.threads = [threading.Thread(target=self._consume) for _ in range(printers)]
        for t in self.threads:
            t.start()

    def submit(self, job):
        with self.cond:
            if self.closed:
                raise RuntimeError("closed")
            ticket = self.accepted
            self.accepted += 1
            self.jobs.append((ticket, job))
            self.cond.notify_all()

    def flush(self):
        with self.cond:
            mine = self.accepted
            self.cond.wait_for(lambda: self.finished >= mine)

    def close(self):
        with self.cond:
            self.closed = True
            self.cond.notify_all()
        for t in self.threads:
            t.join()
        return self.failed[:]

    def _consume(self):
        while True:
            with self.cond:
                self.cond.wait_for(lambda: self.jobs or self.closed)
                if not self.jobs:
                    return
                ticket, job = self.jobs.popleft()
            error = None
            try:
                self.print_job(job)
            except Exception as e:
                error = e
            with self.cond:
                if error:
                    self.failed.append((job, error))
                self.finished += 1
                self.cond.notify_all()
