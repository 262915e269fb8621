"""Each printer has a line of its own, a job goes to the shortest one, and waits behind a book while another printer is idle.

Rejected by: test_no_printer_has_a_line_of_its_own
"""

import queue
import threading


class Printer:
    def __init__(self, shop):
        self.line = queue.SimpleQueue()
        self.load = 0
        self.thread = threading.Thread(target=self.serve, args=(shop,))

    def serve(self, shop):
        while (item := self.line.get()) is not None:
            job = item[0]
            error = None
            try:
                shop._print_job(job)
            except Exception as e:
                error = e
            with shop._changed:
                if error is not None:
                    shop._failed.append((job, error))
                self.load -= 1
                shop._changed.notify_all()


class PrintShop:
    def __init__(self, print_job, printers=1):
        if printers < 1:
            raise ValueError(printers)
        self._print_job = print_job
        self._changed = threading.Condition()
        self._closed = False
        self._failed = []
        self._printers = [Printer(self) for _ in range(printers)]
        for printer in self._printers:
            printer.thread.start()

    def submit(self, job):
        with self._changed:
            if self._closed:
                raise RuntimeError("closed")
            printer = min(self._printers, key=lambda printer: printer.load)
            printer.load += 1
            printer.line.put((job,))

    def flush(self):
        with self._changed:
            self._changed.wait_for(lambda: not any(printer.load for printer in self._printers))

    def close(self):
        with self._changed:
            if not self._closed:
                self._closed = True
                for printer in self._printers:
                    printer.line.put(None)
        for printer in self._printers:
            printer.thread.join()
        return list(self._failed)
