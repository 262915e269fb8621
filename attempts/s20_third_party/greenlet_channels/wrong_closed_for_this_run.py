"""A channel remembers in which run it was closed; for send it is open again in the next.

Rejected by: test_closed_before_the_run
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import greenlet
from greenlet import GreenletExit, getcurrent

T = TypeVar("T")


class Closed(Exception):
    pass


class Deadlock(RuntimeError):
    waiting: list[int]


class _Run:
    def __init__(self):
        self.hub = getcurrent()
        self.ready = deque()
        self.members = {}


_current: _Run | None = None


def _here() -> _Run:
    run = _current
    if run is None or getcurrent() not in run.members:
        raise RuntimeError("outside of the functions of a run()")
    return run


class _Wait:
    def __init__(self, me, item=None):
        self.me, self.item, self.closed = me, item, False


class Channel(Generic[T]):
    def __init__(self):
        self._senders = deque()
        self._receivers = deque()
        self._closed = False

    def send(self, item: T) -> None:
        run = _here()
        if self._closed is run:
            raise Closed
        if self._receivers:
            wait = self._receivers.popleft()
            wait.item = item
            run.ready.append(wait.me)
            return
        wait = _Wait(getcurrent(), item)
        self._senders.append(wait)
        try:
            run.hub.switch()
        except BaseException:
            if wait in self._senders:
                self._senders.remove(wait)
            raise
        if wait.closed:
            raise Closed

    def receive(self) -> T:
        run = _here()
        if self._closed:
            raise Closed
        if self._senders:
            wait = self._senders.popleft()
            run.ready.append(wait.me)
            return wait.item
        wait = _Wait(getcurrent())
        self._receivers.append(wait)
        try:
            run.hub.switch()
        except BaseException:
            if wait in self._receivers:
                self._receivers.remove(wait)
            raise
        if wait.closed:
            raise Closed
        return wait.item

    def close(self) -> None:
        if self._closed:
            return
        self._closed = _current or True
        for queue in (self._senders, self._receivers):
            while queue:
                wait = queue.popleft()
                wait.closed = True
                if _current is not None:
                    _current.ready.append(wait.me)


def pause() -> None:
    run = _here()
    run.ready.append(getcurrent())
    run.hub.switch()


def run(*functions: Callable[[], Any]) -> list[Any]:
    global _current
    if _current is not None and getcurrent() in _current.members:
        raise RuntimeError("run() in a function of a run()")
    before, this = _current, _Run()
    _current = this
    results = [None] * len(functions)

    def body(position, function):
        results[position] = function()

    for position, function in enumerate(functions):
        glet = greenlet.greenlet(body)
        this.members[glet] = position
        this.ready.append((glet, position, function))
    left = dict(this.members)
    try:
        while left:
            if not this.ready:
                error = Deadlock("all that are left wait")
                error.waiting = sorted(left.values())
                raise error
            entry = this.ready.popleft()
            if isinstance(entry, tuple):
                glet, *args = entry
            else:
                glet, args = entry, ()
            glet.switch(*args)
            if glet.dead:
                left.pop(glet, None)
        return results
    finally:
        try:
            for glet in list(left):
                while not glet.dead:
                    try:
                        glet.throw(GreenletExit)
                    except BaseException:
                        pass
        finally:
            _current = before
