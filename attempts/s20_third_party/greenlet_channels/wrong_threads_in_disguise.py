"""Threads that hand a baton to each other: everything comes in the right order, but not in one thread.

Rejected by: test_one_thread
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any


class Closed(Exception):
    pass


class Deadlock(RuntimeError):
    def __init__(self, waiting: list[int]) -> None:
        super().__init__(waiting)
        self.waiting = waiting


class GreenletExit(BaseException):
    pass


class Function(threading.Thread):
    def __init__(self, function: Callable[[], Any], ready: deque[Function]) -> None:
        super().__init__()
        self.function, self.ready, self.news = function, ready, None
        self.turn, self.hub = threading.Semaphore(0), threading.Semaphore(0)
        self.result: Any = None
        self.error: BaseException | None = None
        self.dead = self.ended = False

    def run(self) -> None:
        self.turn.acquire()
        try:
            if not self.ended:
                self.result = self.function()
        except GreenletExit:
            pass
        except BaseException as error:
            self.error = error
        self.dead = True
        self.hub.release()

    def switch(self) -> None:
        self.turn.release()
        self.hub.acquire()

    def throw(self) -> None:
        self.ended = True
        self.switch()

    def wait(self) -> Any:
        self.hub.release()
        self.turn.acquire()
        if self.ended:
            raise GreenletExit
        if isinstance(self.news, Closed):
            raise self.news
        return self.news

    def wake(self, news: Any = None) -> None:
        self.news = news
        self.ready.append(self)


def current() -> Function:
    thread = threading.current_thread()
    if not isinstance(thread, Function):
        raise RuntimeError("outside")
    return thread


class Channel:
    def __class_getitem__(cls, item: Any) -> Any:
        return cls

    def __init__(self) -> None:
        self.closed = False
        self.senders: deque[Any] = deque()
        self.receivers: deque[Function] = deque()

    def send(self, item: Any) -> None:
        me = current()
        if self.closed:
            raise Closed
        if self.receivers:
            self.receivers.popleft().wake((item,))
            return
        self.senders.append((me, item))
        me.wait()

    def receive(self) -> Any:
        me = current()
        if self.closed:
            raise Closed
        if self.senders:
            sender, item = self.senders.popleft()
            sender.wake()
            return item
        self.receivers.append(me)
        return me.wait()[0]

    def close(self) -> None:
        self.closed = True
        for function in [sender for sender, _ in self.senders] + list(self.receivers):
            function.wake(Closed())
        self.senders.clear()
        self.receivers.clear()


def pause() -> None:
    me = current()
    me.wake()
    me.wait()


def run(*functions: Callable[[], Any]) -> list[Any]:
    if isinstance(threading.current_thread(), Function):
        raise RuntimeError("run() inside run()")
    ready: deque[Function] = deque()
    everybody = [Function(function, ready) for function in functions]
    for one in everybody:
        one.start()
    ready.extend(everybody)
    try:
        while ready:
            one = ready.popleft()
            one.switch()
            if one.error is not None:
                raise one.error
        waiting = [position for position, one in enumerate(everybody) if not one.dead]
        if waiting:
            raise Deadlock(waiting)
    finally:
        for one in everybody:
            if not one.dead:
                one.throw()
            one.join()
    return [one.result for one in everybody]
