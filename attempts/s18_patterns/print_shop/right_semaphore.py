"""Counts the waiting jobs in a semaphore, the open ones in futures, and closes with one extra permit a printer."""

import threading
from collections import deque
from concurrent.futures import Future, wait


class PrintShop:
    def __init__(self, print_job, printers=1):
        if printers < 1:
            raise ValueError("a print shop needs a printer")
        self._print_job = print_job
        self._lock = threading.RLock()
        self._there = threading.Semaphore(0)
        self._waiting = deque()
        self._done = []
        self._closed = False
        self._threads = [threading.Thread(target=self._printer) for _ in range(printers)]
        [thread.start() for thread in self._threads]

    def submit(self, job):
        with self._lock:
            if self._closed:
                raise RuntimeError("closed")
            done = Future()
            self._done.append((job, done))
            self._waiting.append((job, done))
        self._there.release()

    def flush(self):
        with self._lock:
            futures = [done for _, done in self._done]
        wait(futures)

    def close(self):
        with self._lock:
            first, self._closed = not self._closed, True
        if first:
            self._there.release(len(self._threads))
        for thread in self._threads:
            thread.join()
        return [(job, error) for job, done in self._done if (error := done.result())]

    def _printer(self):
        while True:
            self._there.acquire()
            with self._lock:
                if not self._waiting:
                    return
                job, done = self._waiting.popleft()
            error = None
            try:
                self._print_job(job)
            except Exception as caught:
                error = caught
            done.set_result(error)
