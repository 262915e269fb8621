"""One common queue, first come, first served: helpers never block, but nothing is a worker's own and nothing is stolen.

Rejected by: test_own_newest_first
"""

import threading
from collections import deque
from concurrent.futures import Future


class StealPool:
    def __init__(self, workers):
        if workers < 1:
            raise ValueError("workers < 1")
        self._change = threading.Condition()
        self._tasks = deque()
        self._open = 0
        self._closing = False
        self.stolen = 0
        self._threads = [threading.Thread(target=self._help, args=(self._over,)) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def _over(self):
        return self._closing and not self._open

    def _help(self, until):
        while True:
            with self._change:
                self._change.wait_for(lambda: until() or self._tasks)
                if until():
                    return
                future, fn, args = self._tasks.popleft()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(fn(*args))
                except Exception as error:
                    future.set_exception(error)
            with self._change:
                self._open -= 1
                self._change.notify_all()

    def submit(self, fn, /, *args):
        future = Future()
        with self._change:
            if self._closing and threading.current_thread() not in self._threads:
                raise RuntimeError("closed")
            self._tasks.append((future, fn, args))
            self._open += 1
            self._change.notify_all()
        return future

    def result(self, future):
        if threading.current_thread() in self._threads:
            self._help(future.done)
        return future.result()

    def close(self):
        if threading.current_thread() in self._threads:
            raise RuntimeError("called by a task")
        with self._change:
            self._closing = True
            self._change.notify_all()
        for thread in self._threads:
            thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
