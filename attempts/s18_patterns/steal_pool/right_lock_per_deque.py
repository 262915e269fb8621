"""A lock for each deque; a number that grows with every change tells a worker whether it may fall asleep."""

from collections import deque
from concurrent.futures import Future
from threading import Condition, Lock, Thread, current_thread


class Shelf:
    def __init__(self):
        self.tasks, self.lock = deque(), Lock()

    def add(self, task):
        with self.lock:
            self.tasks.append(task)

    def newest(self):
        with self.lock:
            return self.tasks.pop() if self.tasks else None

    def oldest(self):
        with self.lock:
            return self.tasks.popleft() if self.tasks else None


class StealPool:
    def __init__(self, workers):
        if workers < 1:
            raise ValueError("workers < 1")
        self.inbox = Shelf()
        self.bell = Condition()  # guards the four numbers below
        self.changes = self.unfinished = self.steals = 0
        self.closing = False
        self.shelves = {}
        threads = [Thread(target=self.work) for _ in range(workers)]
        self.shelves.update((thread, Shelf()) for thread in threads)
        for thread in threads:
            thread.start()

    def ring(self, unfinished=0):
        with self.bell:
            self.changes += 1
            self.unfinished += unfinished
            self.bell.notify_all()

    def submit(self, fn, /, *args):
        mine = self.shelves.get(current_thread())
        future = Future()
        with self.bell:
            if mine is None and self.closing:
                raise RuntimeError("closed")
            self.unfinished += 1  # from here on nobody goes home
        (mine or self.inbox).add((future, fn, args))
        self.ring()
        return future

    def look(self):
        me = current_thread()
        if task := self.shelves[me].newest() or self.inbox.oldest():
            return task
        for thread, shelf in self.shelves.items():
            if thread is not me and (task := shelf.oldest()):
                with self.bell:
                    self.steals += 1
                return task
        return None

    def work(self, until=None):
        while True:
            with self.bell:
                before = self.changes
                if until() if until else self.closing and not self.unfinished:
                    return
            task = self.look()
            if task is None:
                with self.bell:
                    self.bell.wait_for(lambda: self.changes != before)
                continue
            future, fn, args = task
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(fn(*args))
                except Exception as error:
                    future.set_exception(error)
            self.ring(unfinished=-1)

    def result(self, future):
        if current_thread() in self.shelves:
            self.work(future.done)
        return future.result()

    def close(self):
        if current_thread() in self.shelves:
            raise RuntimeError("called by a task")
        with self.bell:
            self.closing = True
        self.ring()
        for thread in self.shelves:
            thread.join()

    @property
    def stolen(self):
        with self.bell:
            return self.steals

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
