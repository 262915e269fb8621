"""One goodbye is enough if each printer puts it back for the next; the last one takes it out of the count."""

import queue
import threading

GOODBYE = object()


class PrintShop:
    def __init__(self, print_job, printers=1):
        if printers < 1:
            raise ValueError("a print shop needs a printer")
        self._print_job = print_job
        self._queue = queue.Queue()
        self._lock = threading.Lock()
        self._closed = False
        self._failures = queue.SimpleQueue()
        self._failed = None
        self._threads = [threading.Thread(target=self._printer, daemon=True) for _ in range(printers)]
        for thread in self._threads:
            thread.start()

    def submit(self, job):
        with self._lock:
            if self._closed:
                raise RuntimeError("the print shop is closed")
            self._queue.put((job,))

    def flush(self):
        with self._lock:
            closed = self._closed
        if closed:
            for thread in self._threads:
                thread.join()
        else:
            self._queue.join()

    def close(self):
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(GOODBYE)
        for thread in self._threads:
            thread.join()
        with self._lock:
            if self._failed is None:
                self._failed = []
                while not self._failures.empty():
                    self._failed.append(self._failures.get())
            return list(self._failed)

    def _printer(self):
        while (parcel := self._queue.get()) is not GOODBYE:
            try:
                self._print_job(*parcel)
            except Exception as error:
                self._failures.put((*parcel, error))
            self._queue.task_done()
        self._queue.put(GOODBYE)
        self._queue.task_done()
