"""Looks after every line, a bad one too, whether the batch is full, and an empty one is a multiple of the batch, too.

Rejected by: test_bad_lines_take_no_lock
"""

import contextlib as cl
import threading as t
from types import MappingProxyType as Frozen


class HitCounter:
    def __init__(self, parse, batch=100, lock_factory=t.Lock):
        if batch < 1:
            raise ValueError(batch)
        self.parse, self.batch, self.lock = parse, batch, lock_factory()
        self.hits = Frozen({})

    @cl.contextmanager
    def worker(self):
        with cl.ExitStack() as stack:
            recorder = Recorder(self)
            stack.callback(recorder.publish)
            yield recorder

    def snapshot(self):
        return dict(self.hits)


class Recorder:
    __slots__ = ("counter", "urls")

    def __init__(self, counter):
        self.counter, self.urls = counter, []

    def record(self, line):
        try:
            self.urls.append(self.counter.parse(line))
        finally:
            if len(self.urls) % self.counter.batch == 0:
                self.publish()

    def publish(self):
        c = self.counter
        with c.lock:
            new = dict(c.hits)
            for url in self.urls:
                new[url] = new.get(url, 0) + 1
            c.hits = Frozen(new)
        self.urls.clear()
