"""After KeyboardInterrupt the others are not ended: they lie where they waited.

Rejected by: test_no_greenlet_left
"""
from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

from greenlet import GreenletExit, getcurrent, greenlet

T = TypeVar("T")
_local = threading.local()


class Closed(Exception):
    """closed"""


class Deadlock(RuntimeError):
    waiting: list[int]

    def __init__(self, waiting):
        super().__init__(f"waiting: {waiting}")
        self.waiting = waiting


class _Run:
    def __init__(self):
        self.hub = getcurrent()
        self.ready = deque()
        self.members = []


def _scheduler():
    run = getattr(_local, "run", None)
    if run is None or getcurrent() not in run.members:
        raise RuntimeError("outside of a run()")
    return run


class Channel(Generic[T]):
    def __init__(self):
        self._senders = deque()
        self._receivers = deque()
        self._closed = False

    def send(self, item):
        s = _scheduler()
        if self._closed:
            raise Closed
        if self._receivers:
            s.ready.append((self._receivers.popleft(), (item, None)))
            return
        entry = (getcurrent(), item)
        self._senders.append(entry)
        try:
            _, error = s.hub.switch()
        except BaseException:
            self._senders = deque(e for e in self._senders if e is not entry)
            raise
        if error:
            raise Closed

    def receive(self):
        s = _scheduler()
        if self._closed:
            raise Closed
        if self._senders:
            g, item = self._senders.popleft()
            s.ready.append((g, (None, None)))
            return item
        me = getcurrent()
        self._receivers.append(me)
        try:
            item, error = s.hub.switch()
        except BaseException:
            self._receivers = deque(e for e in self._receivers if e is not me)
            raise
        if error:
            raise Closed
        return item

    def close(self):
        if self._closed:
            return
        self._closed = True
        run = getattr(_local, "run", None)
        while self._senders:
            run.ready.append((self._senders.popleft()[0], (None, True)))
        while self._receivers:
            run.ready.append((self._receivers.popleft(), (None, True)))


def pause():
    s = _scheduler()
    s.ready.append((getcurrent(), (None, None)))
    s.hub.switch()


def run(*functions):
    outer = getattr(_local, "run", None)
    if outer is not None and getcurrent() in outer.members:
        raise RuntimeError("run() inside of run()")
    s = _Run()
    results = [None] * len(functions)

    def body(i, f):
        results[i] = f()

    s.members = [greenlet(lambda _, i=i, f=f: body(i, f)) for i, f in enumerate(functions)]
    _local.run = s
    s.ready.extend((g, (None, None)) for g in s.members)
    try:
        while s.ready:
            g, value = s.ready.popleft()
            g.switch(value)
        waiting = [i for i, g in enumerate(s.members) if not g.dead]
        if waiting:
            raise Deadlock(waiting)
        return results
    except KeyboardInterrupt:
        s.members.clear()
        raise
    finally:
        try:
            for g in s.members:
                if not g.dead:
                    try:
                        g.throw(GreenletExit)
                    except BaseException:
                        pass
        finally:
            _local.run = outer
