"""Closed tells whose call it was, and so asks for arguments; greenlets of a class of its own come back to a hub."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from greenlet import GreenletExit, getcurrent, greenlet

__all__ = ["Channel", "Closed", "Deadlock", "pause", "run"]
log = logging.getLogger(__name__)
T = TypeVar("T")


class Closed(Exception):
    """The channel is closed."""

    def __init__(self, channel: Channel[Any], call: str) -> None:
        super().__init__(f"{call}: {channel!r} is closed")
        self.channel, self.call = channel, call


class Deadlock(RuntimeError):
    def __init__(self, waiting: list[int]) -> None:
        super().__init__(f"functions {waiting} wait for ever")
        self.waiting = waiting


class _Task(greenlet):
    hub: _Hub

    def __init__(self, hub: _Hub, position: int, function: Callable[[], Any]) -> None:
        super().__init__(parent=hub.home)
        self.hub, self.position, self.function = hub, position, function
        self.result: Any = None
        self.error: BaseException | None = None
        self.over = False

    def run(self) -> None:
        try:
            self.result = self.function()
        except BaseException as error:
            self.error = error
        finally:
            self.over = True

    def park(self) -> Any:
        return self.hub.home.switch()


@dataclass(eq=False)
class _Hub:
    home: greenlet = field(default_factory=getcurrent)
    ready: deque[Callable[[], Any]] = field(default_factory=deque)
    tasks: list[_Task] = field(default_factory=list)

    def wake(self, task: _Task, value: Any = None) -> None:
        self.ready.append(lambda: (task.switch(value), task)[1])

    def throw(self, task: _Task, error: BaseException) -> None:
        self.ready.append(lambda: (task.throw(error), task)[1])

    def begin(self, task: _Task) -> None:
        self.ready.append(lambda: (task.switch(), task)[1])

    def end_all(self) -> None:
        for task in self.tasks:
            if not task.over:
                if task.gr_frame is not None:
                    task.throw(GreenletExit)
                task.over = True

    def work(self) -> list[Any]:
        while self.ready:
            task = self.ready.popleft()()
            if task.error is not None:
                log.debug("task %d failed", task.position)
                self.end_all()
                raise task.error
        if stuck := [task.position for task in self.tasks if not task.over]:
            self.end_all()
            raise Deadlock(stuck)
        return [task.result for task in self.tasks]


class _State(threading.local):
    hub: _Hub | None = None


_state = _State()


def _me() -> _Task:
    me = getcurrent()
    if not isinstance(me, _Task):
        raise RuntimeError("this is for the functions of a run()")
    return me


@dataclass(eq=False, slots=True)
class _Waiter:
    task: _Task
    item: Any = None


class Channel(Generic[T]):
    """A rendezvous."""

    def __init__(self) -> None:
        self._senders: deque[_Waiter] = deque()
        self._receivers: deque[_Waiter] = deque()
        self._closed = False

    def _wait_in(self, line: deque[_Waiter], item: Any = None) -> Any:
        waiter = _Waiter(_me(), item)
        line.append(waiter)
        try:
            return waiter.task.park()
        finally:
            if waiter in line:
                line.remove(waiter)

    def send(self, item: T) -> None:
        me = _me()
        if self._closed:
            raise Closed(self, "send")
        if self._receivers:
            me.hub.wake(self._receivers.popleft().task, item)
        else:
            self._wait_in(self._senders, item)

    def receive(self) -> T:
        me = _me()
        if self._closed:
            raise Closed(self, "receive")
        if not self._senders:
            return self._wait_in(self._receivers)
        sender = self._senders.popleft()
        me.hub.wake(sender.task)
        return sender.item

    def close(self) -> None:
        self._closed = True
        for line, call in ((self._senders, "send"), (self._receivers, "receive")):
            while line:
                task = line.popleft().task
                task.hub.throw(task, Closed(self, call))


def pause() -> None:
    me = _me()
    me.hub.wake(me)
    me.park()


def run(*functions: Callable[[], Any]) -> list[Any]:
    if isinstance(getcurrent(), _Task):
        raise RuntimeError("run() in a function of run()")
    hub = _Hub()
    hub.tasks = [_Task(hub, i, f) for i, f in enumerate(functions)]
    for task in hub.tasks:
        hub.begin(task)
    return hub.work()
