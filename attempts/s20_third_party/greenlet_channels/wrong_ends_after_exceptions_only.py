"""Ends the others after an Exception or a deadlock; after a SystemExit they lie where they waited.

Rejected by: test_no_greenlet_left
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from greenlet import getcurrent, greenlet

T = TypeVar("T")


class Closed(Exception):
    """The channel is closed."""


class Deadlock(RuntimeError):
    waiting: list[int]


class _State(threading.local):
    hub = None
    ready = None
    mine = ()


_state = _State()


def _check():
    if _state.hub is None or getcurrent() not in _state.mine:
        raise RuntimeError("outside of a run()")


def _wait(queue, entry):
    queue.append(entry)
    try:
        good, value = _state.hub.switch()
    except BaseException:
        if entry in queue:
            queue.remove(entry)
        raise
    if not good:
        raise Closed
    return value


class Channel(Generic[T]):
    def __init__(self):
        self._senders = deque()
        self._receivers = deque()
        self._closed = False

    def send(self, item: T) -> None:
        _check()
        if self._closed:
            raise Closed
        if self._receivers:
            (receiver,) = self._receivers.popleft()
            _state.ready.append((receiver, (True, item)))
            return
        _wait(self._senders, _Entry((getcurrent(), item)))

    def receive(self) -> T:
        _check()
        if self._closed:
            raise Closed
        if self._senders:
            sender, item = self._senders.popleft()
            _state.ready.append((sender, (True, None)))
            return item
        return _wait(self._receivers, _Entry((getcurrent(),)))

    def close(self) -> None:
        self._closed = True
        for queue in (self._senders, self._receivers):
            while queue:
                waiter = queue.popleft()[0]
                _state.ready.append((waiter, (False, None)))


class _Entry(tuple):
    __eq__ = object.__eq__
    __hash__ = object.__hash__


def pause() -> None:
    _check()
    _state.ready.append((getcurrent(), (True, None)))
    _state.hub.switch()


def run(*functions: Callable[[], Any]) -> list[Any]:
    if _state.hub is not None:
        raise RuntimeError("run() within run()")
    results = [None] * len(functions)
    finished = set()

    def body(number, function):
        results[number] = function()
        finished.add(number)

    hub = getcurrent()
    greenlets = [greenlet(body, hub) for _ in functions]
    ready = deque()
    for number, (g, function) in enumerate(zip(greenlets, functions)):
        ready.append((g, (number, function)))
    _state.hub, _state.ready, _state.mine = hub, ready, set(greenlets)
    begun = set()
    try:
        while ready:
            g, value = ready.popleft()
            if g in begun:
                g.switch(value)
            else:
                begun.add(g)
                g.switch(*value)
        waiting = [number for number, g in enumerate(greenlets) if not g.dead]
        if waiting:
            error = Deadlock(f"waiting: {waiting}")
            error.waiting = waiting
            raise error
        return results
    except Exception:
        for g in greenlets:
            while not g.dead:
                try:
                    g.throw()
                except BaseException:
                    pass
        raise
    finally:
        _state.hub = _state.ready = None
        _state.mine = ()
