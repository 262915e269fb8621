"""Workers inside an executor; each sleeper leaves an Event in a list, and every change sets them all."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar
from threading import Event, Lock


class StealPool:
    def __init__(self, workers):
        if workers < 1:
            raise ValueError("workers < 1")
        self.lock = Lock()
        self.lists = [[] for _ in range(workers)]
        self.inbox, self.sleepers, self.unfinished, self.closed, self.count = [], [], set(), False, 0
        self.me = ContextVar("worker")
        self.executor = ThreadPoolExecutor(workers)
        for number in range(workers):
            self.executor.submit(self.live, number)

    def live(self, number):
        self.me.set(number)
        self.run_until(lambda: self.closed and not self.unfinished)

    def wake_all(self):
        while self.sleepers:
            self.sleepers.pop().set()

    def submit(self, fn, /, *args):
        future, number = Future(), self.me.get(None)
        with self.lock:
            if number is None and self.closed:
                raise RuntimeError("closed")
            (self.inbox if number is None else self.lists[number]).append((future, fn, args))
            self.unfinished.add(future)
            self.wake_all()
        return future

    def take(self, number):
        if self.lists[number]:
            return self.lists[number].pop()
        if self.inbox:
            return self.inbox.pop(0)
        for other in self.lists[number:] + self.lists[:number]:
            if other:
                self.count += 1
                return other.pop(0)
        return None

    def run_until(self, over):
        while True:
            with self.lock:
                if over():
                    return
                task = self.take(self.me.get())
                if task is None:
                    alarm = Event()
                    self.sleepers.append(alarm)
            if task is None:
                alarm.wait()
                continue
            future, fn, args = task
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(fn(*args))
                except Exception as error:
                    future.set_exception(error)
            with self.lock:
                self.unfinished.discard(future)
                self.wake_all()

    def result(self, future):
        if self.me.get(None) is not None:
            self.run_until(future.done)
        return future.result()

    def close(self):
        if self.me.get(None) is not None:
            raise RuntimeError("called by a task")
        with self.lock:
            self.closed = True
            self.wake_all()
        self.executor.shutdown()

    @property
    def stolen(self):
        return self.count

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
