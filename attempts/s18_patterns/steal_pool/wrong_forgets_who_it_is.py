"""After each task its thread is no worker any more: after result() has helped, the task is one from outside.

Rejected by: test_after_result_it_is_still_a_task
"""

from collections import deque
from concurrent.futures import Future
from threading import Condition, Thread, local


class StealPool:
    def __init__(self, workers):
        if workers < 1:
            raise ValueError("workers")
        self._cond = Condition()
        self._deques = [deque() for _ in range(workers)]
        self._inbox = deque()
        self._me = local()
        self._closed = False
        self._unfinished = 0
        self._stolen = 0
        self._threads = [Thread(target=self._work, args=(i,)) for i in range(workers)]
        for t in self._threads:
            t.start()

    def _index(self):
        return getattr(self._me, "index", None)

    def submit(self, fn, /, *args):
        future = Future()
        i = self._index()
        with self._cond:
            if i is None:
                if self._closed:
                    raise RuntimeError("closed")
                self._inbox.append((future, fn, args))
            else:
                self._deques[i].append((future, fn, args))
            self._unfinished += 1
            self._cond.notify_all()
        return future

    def _take(self, i):
        if self._deques[i]:
            return self._deques[i].pop()
        if self._inbox:
            return self._inbox.popleft()
        for j, other in enumerate(self._deques):
            if j != i and other:
                self._stolen += 1
                return other.popleft()
        return None

    def _run(self, i, future, fn, args):
        self._me.index = i
        try:
            if not future.set_running_or_notify_cancel():
                return
            try:
                value = fn(*args)
            except BaseException as e:
                future.set_exception(e)
            else:
                future.set_result(value)
        finally:
            self._me.index = None
            with self._cond:
                self._unfinished -= 1
                self._cond.notify_all()

    def _work(self, i):
        while True:
            with self._cond:
                task = self._take(i)
                while task is None:
                    if self._closed and not self._unfinished:
                        return
                    self._cond.wait()
                    task = self._take(i)
            self._run(i, *task)
            del task

    def _wake(self, future):
        with self._cond:
            self._cond.notify_all()

    def result(self, future):
        i = self._index()
        if i is None:
            return future.result()
        future.add_done_callback(self._wake)
        while True:
            with self._cond:
                task = None
                while not future.done():
                    task = self._take(i)
                    if task is not None:
                        break
                    self._cond.wait()
            if task is None:
                return future.result()
            self._run(i, *task)

    def close(self):
        if self._index() is not None:
            raise RuntimeError("called by a task")
        with self._cond:
            self._closed = True
            self._cond.notify_all()
        for t in self._threads:
            t.join()

    @property
    def stolen(self):
        with self._cond:
            return self._stolen

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
