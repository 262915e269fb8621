"""A thread for each call, which keeps its result; whoever ends starts the next one, and at most max_workers are there."""

import threading
from collections import deque


class Call(threading.Thread):
    def __init__(self, line, fn, item):
        super().__init__()
        self.line, self.fn, self.item = line, fn, item
        self.value = self.error = None
        self.done = threading.Event()

    def run(self):
        try:
            try:
                self.value = self.fn(self.item)
            except BaseException as e:
                self.error = e
            finally:
                self.item = self.fn = None
        finally:
            self.done.set()
            self.line.ended()


class Line:
    def __init__(self, size):
        self.cond = threading.Condition()
        self.free = size
        self.running = set()
        self.waiting = deque()

    def add(self, call):
        with self.cond:
            self.waiting.append(call)
        self.pump()

    def pump(self):
        with self.cond:
            while self.waiting and self.free:
                self.free -= 1
                call = self.waiting.popleft()
                self.running.add(call)
                call.start()

    def ended(self):
        with self.cond:
            self.running.discard(threading.current_thread())
            self.free += 1
            self.cond.notify_all()
        self.pump()

    def close(self):
        with self.cond:
            self.waiting.clear()
            left = list(self.running)
        for c in left:
            c.join()


def stream_map(fn, items, max_workers, window):
    if max_workers < 1 or window < 1:
        raise ValueError("too few")
    def gen():
        line = Line(max_workers)
        calls = deque()
        it = iter(items)
        try:
            open_ = True
            while True:
                while open_ and len(calls) < window:
                    try:
                        c = Call(line, fn, next(it))
                    except StopIteration:
                        open_ = False
                    else:
                        calls.append(c)
                        line.add(c)
                        del c
                if not calls:
                    break
                c = calls.popleft()
                c.done.wait()
                c.join()
                if c.error is not None:
                    raise c.error
                v = c.value
                del c
                yield v
                del v
        finally:
            line.close()
            for c in calls:
                if c.ident is not None:
                    c.join()
    return gen()
