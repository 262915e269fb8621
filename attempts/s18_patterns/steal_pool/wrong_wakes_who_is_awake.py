"""Rings one sleeper for each task, and a helper stays in the list of sleepers when its future has woken it.

Rejected by: test_after_result_it_is_awake
"""

import threading
from collections import deque
from concurrent.futures import Future


class _Worker(threading.Thread):
    def __init__(self, pool):
        super().__init__(daemon=True)
        self.pool = pool
        self.tasks = deque()
        self.bell = threading.Semaphore(0)

    def run(self):
        self.pool._loop(self, None)


class StealPool:
    def __init__(self, workers):
        if workers < 1:
            raise ValueError(workers)
        self._lock = threading.Lock()
        self._inbox = deque()
        self._closing = False
        self._open_tasks = 0
        self._sleepers = []
        self._steals = 0
        self._workers = [_Worker(self) for _ in range(workers)]
        for w in self._workers:
            w.start()

    def _me(self):
        t = threading.current_thread()
        return t if isinstance(t, _Worker) and t.pool is self else None

    def _ring_all(self):
        sleepers, self._sleepers = self._sleepers, []
        for w in sleepers:
            w.bell.release()

    def _find(self, me):
        if me.tasks:
            return me.tasks.pop()
        if self._inbox:
            return self._inbox.popleft()
        victim = next((w for w in reversed(self._workers) if w is not me and w.tasks), None)
        if victim is None:
            return None
        self._steals += 1
        return victim.tasks.popleft()

    def _loop(self, me, until):
        while True:
            with self._lock:
                if until is not None and until.done():
                    return
                task = self._find(me)
                if task is None:
                    if until is None and self._closing and self._open_tasks == 0:
                        return
                    self._sleepers.append(me)
            if task is None:
                me.bell.acquire()
                continue
            task()
            with self._lock:
                self._open_tasks -= 1
                if self._open_tasks == 0:
                    self._ring_all()

    def submit(self, fn, /, *args):
        future = Future()

        def task():
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(fn(*args))
                except BaseException as error:
                    future.set_exception(error)

        me = self._me()
        with self._lock:
            if me is not None:
                me.tasks.append(task)
            elif self._closing:
                raise RuntimeError("pool is closed")
            else:
                self._inbox.append(task)
            self._open_tasks += 1
            if self._sleepers:
                self._sleepers.pop().bell.release()
        return future

    def result(self, future):
        me = self._me()
        if me is not None and not future.done():

            def ring(_):
                me.bell.release()

            future.add_done_callback(ring)
            self._loop(me, future)
        return future.result()

    def close(self):
        if self._me() is not None:
            raise RuntimeError("a task cannot close its pool")
        with self._lock:
            self._closing = True
            self._ring_all()
        for w in self._workers:
            w.join()

    @property
    def stolen(self):
        return self._steals

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
