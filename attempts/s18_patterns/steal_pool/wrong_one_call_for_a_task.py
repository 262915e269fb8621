"""A new task rings one sleeper: perhaps a helper whose future is done just then, and which goes on with its own task.

Rejected by: test_wake_up_call_of_one_who_goes_on
"""

import threading as t
from collections import deque
from concurrent.futures import Future


class _Sleeper:
    __slots__ = ("bell", "rung")

    def __init__(self):
        self.bell = t.Lock()
        self.bell.acquire()
        self.rung = False


class _Worker(t.Thread):
    def __init__(self, pool, number):
        super().__init__(name=f"steal-pool-{number}")
        self.pool = pool
        self.tasks = deque()

    def run(self):
        pool = self.pool
        while True:
            job = pool._next(self, None)
            if job is None:
                return
            pool._perform(*job)
            del job


class StealPool:
    def __init__(self, workers):
        if workers < 1:
            raise ValueError(workers)
        self._mutex = t.Lock()
        self._inbox = deque()
        self._sleeping = deque()
        self._open = True
        self._unfinished = 0
        self._stolen = 0
        self._workers = [_Worker(self, n) for n in range(workers)]
        for worker in self._workers:
            worker.start()

    def _me(self):
        me = t.current_thread()
        return me if isinstance(me, _Worker) and me.pool is self else None

    def _ring(self, sleeper):
        # with the mutex
        if not sleeper.rung:
            sleeper.rung = True
            sleeper.bell.release()

    def _take(self, me):
        if me.tasks:
            return me.tasks.pop()
        if self._inbox:
            return self._inbox.popleft()
        for victim in self._workers:
            if victim is not me and victim.tasks:
                self._stolen += 1
                return victim.tasks.popleft()
        return None

    def _next(self, me, future):
        """A job. None when future is done, or, without future, when all is over."""
        while True:
            with self._mutex:
                if future is not None and future.done():
                    return None
                job = self._take(me)
                if job is not None:
                    return job
                if future is None and not self._open and not self._unfinished:
                    return None
                sleeper = _Sleeper()
                self._sleeping.append(sleeper)
            if future is not None:
                def wake(_, sleeper=sleeper):
                    with self._mutex:
                        self._ring(sleeper)
                future.add_done_callback(wake)
            sleeper.bell.acquire()
            with self._mutex:
                if sleeper in self._sleeping:
                    self._sleeping.remove(sleeper)

    def _perform(self, future, fn, args):
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(fn(*args))
            except BaseException as error:
                future.set_exception(error)
        with self._mutex:
            self._unfinished -= 1
            if not self._open and not self._unfinished:
                for sleeper in self._sleeping:
                    self._ring(sleeper)

    def submit(self, fn, /, *args):
        future = Future()
        me = self._me()
        with self._mutex:
            if me is not None:
                me.tasks.append((future, fn, args))
            elif self._open:
                self._inbox.append((future, fn, args))
            else:
                raise RuntimeError("closed")
            self._unfinished += 1
            while self._sleeping:
                sleeper = self._sleeping.popleft()
                if not sleeper.rung:
                    self._ring(sleeper)
                    break
        return future

    def result(self, future):
        me = self._me()
        if me is not None:
            while (job := self._next(me, future)) is not None:
                self._perform(*job)
        return future.result()

    def close(self):
        if self._me() is not None:
            raise RuntimeError("close() by a task")
        with self._mutex:
            self._open = False
            if not self._unfinished:
                for sleeper in self._sleeping:
                    self._ring(sleeper)
        for worker in self._workers:
            worker.join()

    @property
    def stolen(self):
        return self._stolen

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
