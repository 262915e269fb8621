"""The caller's greenlet is the hub, and who waits stands in the channel's line until its turn or the end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from greenlet import getcurrent, greenlet

T = TypeVar("T")


class Closed(Exception):
    """The channel is closed."""


class Deadlock(RuntimeError):
    waiting: list[int]


_hub = None
_ready = deque()
_mine = {}


def _inside():
    me = getcurrent()
    if me not in _mine:
        raise RuntimeError("outside of the functions of a run()")
    return me


class Channel(Generic[T]):
    def __init__(self):
        self.senders = deque()
        self.receivers = deque()
        self.closed = False

    def send(self, item: T) -> None:
        me = _inside()
        if self.closed:
            raise Closed
        if self.receivers:
            _ready.append((self.receivers.popleft(), ("item", item)))
            return
        self.senders.append((me, item))
        answer = _hub.switch()
        if answer is Closed:
            raise Closed

    def receive(self) -> T:
        me = _inside()
        if self.closed:
            raise Closed
        if self.senders:
            partner, item = self.senders.popleft()
            _ready.append((partner, None))
            return item
        self.receivers.append(me)
        answer = _hub.switch()
        if answer is Closed:
            raise Closed
        return answer[1]

    def close(self) -> None:
        self.closed = True
        while self.senders:
            _ready.append((self.senders.popleft()[0], Closed))
        while self.receivers:
            _ready.append((self.receivers.popleft(), Closed))


def pause() -> None:
    _ready.append((_inside(), None))
    _hub.switch()


def run(*functions: Callable[[], Any]) -> list[Any]:
    global _hub
    if _hub is not None:
        raise RuntimeError("run() inside run()")
    _hub = getcurrent()
    results = [None] * len(functions)
    ended = set()

    def body(number, function):
        results[number] = function()
        ended.add(number)

    greenlets = [greenlet(lambda n=n, f=f: body(n, f)) for n, f in enumerate(functions)]
    for g in greenlets:
        _mine[g] = None
        _ready.append((g, None))
    try:
        while _ready:
            g, value = _ready.popleft()
            if g.gr_frame is None and not g:
                g.switch()
            else:
                g.switch(value)
        if len(ended) < len(functions):
            error = Deadlock("deadlock")
            error.waiting = [n for n, g in enumerate(greenlets) if n not in ended]
            raise error
        return results
    finally:
        for g in greenlets:
            while g and not g.dead:
                try:
                    g.throw()
                except BaseException:
                    pass
        _ready.clear()
        _mine.clear()
        _hub = None
