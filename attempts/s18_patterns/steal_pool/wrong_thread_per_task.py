"""A new thread for each task: nobody ever waits for a worker, and a thousand tasks are a thousand threads.

Rejected by: test_own_newest_first, test_tasks_run_in_the_workers
"""

import threading
from concurrent.futures import Future


class StealPool:
    def __init__(self, workers):
        if workers < 1:
            raise ValueError("workers < 1")
        self._lock = threading.Lock()
        self._threads = []
        self._closed = False
        self.stolen = 0

    def submit(self, fn, /, *args):
        future = Future()
        with self._lock:
            if self._closed and threading.current_thread() not in self._threads:
                raise RuntimeError("closed")
            thread = threading.Thread(target=self._run, args=(future, fn, args))
            self._threads.append(thread)
            thread.start()
        return future

    def _run(self, future, fn, args):
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(fn(*args))
            except Exception as error:
                future.set_exception(error)

    def result(self, future):
        return future.result()

    def close(self):
        with self._lock:
            if threading.current_thread() in self._threads:
                raise RuntimeError("called by a task")
            self._closed = True
        for thread in self._threads:
            thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
