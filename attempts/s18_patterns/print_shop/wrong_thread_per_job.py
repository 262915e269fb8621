"""Starts a new thread for each job, as many as there are jobs, and in no order.

Rejected by: test_no_more_printers_than_asked_for, test_one_printer_keeps_order
"""

import threading


class PrintShop:
    def __init__(self, print_job, printers=1):
        if printers < 1:
            raise ValueError("no printers")
        self._print_job = print_job
        self._lock = threading.Lock()
        self._failed = []
        self._threads = []
        self._closed = False

    def submit(self, job):
        thread = threading.Thread(target=self._print, args=(job,))
        with self._lock:
            if self._closed:
                raise RuntimeError("closed")
            thread.start()
            self._threads.append(thread)

    def _print(self, job):
        try:
            self._print_job(job)
        except Exception as error:
            self._failed.append((job, error))

    def flush(self):
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join()

    def close(self):
        with self._lock:
            self._closed = True
        self.flush()
        return list(self._failed)
