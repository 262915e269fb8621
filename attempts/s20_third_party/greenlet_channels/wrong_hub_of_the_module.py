"""The hub is the greenlet that imported the module, and not the one that called run().

Rejected by: test_run_elsewhere
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import greenlet

T = TypeVar("T")


class Closed(Exception):
    pass


class Deadlock(RuntimeError):
    waiting: list[int]
    """The positions of these functions in the call of run(), in ascending order."""

    def __init__(self, waiting: list[int]) -> None:
        super().__init__(f"these functions wait for ever: {waiting}")
        self.waiting = waiting


_hub = greenlet.getcurrent()


class _Function(greenlet.greenlet):
    def __init__(self, function: Callable[[], Any], ready: deque[_Function]) -> None:
        super().__init__(self._life, _hub)  # the parent is the hub, whoever switches to us later
        self._function = function
        self.ready = ready
        self.news: Any = None
        self.result: Any = None
        self.error: BaseException | None = None

    def _life(self) -> None:
        try:
            self.result = self._function()
        except greenlet.GreenletExit:  # run() ends us
            pass
        except BaseException as error:
            self.error = error

    def wait(self) -> Any:
        _hub.switch()
        if isinstance(self.news, Closed):
            raise self.news
        return self.news

    def wake(self, news: Any = None) -> None:
        self.news = news
        self.ready.append(self)


def _current() -> _Function:
    current = greenlet.getcurrent()
    if not isinstance(current, _Function):
        raise RuntimeError("this works in the functions of a run()")
    return current


class Channel(Generic[T]):
    def __init__(self) -> None:
        self._closed = False
        self._senders: deque[tuple[_Function, T]] = deque()  # at most one of the two
        self._receivers: deque[_Function] = deque()  # has somebody in it

    def send(self, item: T) -> None:
        me = _current()
        if self._closed:
            raise Closed
        if self._receivers:
            self._receivers.popleft().wake((item,))  # in a tuple, so that an item is never taken for news
            return
        self._senders.append((me, item))
        me.wait()

    def receive(self) -> T:
        me = _current()
        if self._closed:
            raise Closed
        if self._senders:
            sender, item = self._senders.popleft()
            sender.wake()
            return item
        self._receivers.append(me)
        (item,) = me.wait()
        return item

    def close(self) -> None:
        self._closed = True
        waiting = [sender for sender, _ in self._senders] + list(self._receivers)
        self._senders.clear()
        self._receivers.clear()
        for function in waiting:
            function.wake(Closed())


def pause() -> None:
    me = _current()
    me.wake()
    me.wait()


def run(*functions: Callable[[], Any]) -> list[Any]:
    if isinstance(greenlet.getcurrent(), _Function):
        raise RuntimeError("run() inside run()")
    ready: deque[_Function] = deque()
    everybody = [_Function(function, ready) for function in functions]
    ready.extend(everybody)
    try:
        while ready:
            function = ready.popleft()
            function.switch()
            if function.error is not None:
                raise function.error
        waiting = [position for position, function in enumerate(everybody) if not function.dead]
        if waiting:
            raise Deadlock(waiting)
    finally:
        for function in everybody:
            if not function.dead:
                function.throw()  # GreenletExit; nothing is left to the garbage collector
    return [function.result for function in everybody]
