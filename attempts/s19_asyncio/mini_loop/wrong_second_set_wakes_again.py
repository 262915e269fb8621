"""Keeps the waiters of an event that is set: a second set() wakes them from whatever they wait for by then.

Rejected by: test_second_set_wakes_nobody
"""

from __future__ import annotations

import heapq
import types
from collections import deque
from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Cancelled(BaseException):
    """Thrown into a cancelled task at its await."""


@types.coroutine
def _pause(reason):
    yield reason


async def sleep(seconds: float) -> None:
    if seconds < 0:
        raise ValueError(seconds)
    await _pause(seconds)


class Task(Generic[T]):
    def __init__(self, loop, coro):
        self.loop = loop
        self.coro = coro
        self.finished = False
        self.result = None
        self.error = None
        self.failed = False
        self.waiters = []
        self.must_cancel = False
        self.ready = False
        self.on = None
        self.ticket = 0

    def __await__(self) -> Generator[Any, Any, T]:
        if not self.finished:
            yield self
        if self.failed:
            raise self.error
        return self.result

    def done(self) -> bool:
        return self.finished

    def cancel(self) -> bool:
        if self.finished:
            return False
        if isinstance(self.on, Task):
            return self.on.cancel()
        if isinstance(self.on, Event):
            self.on.waiters.remove(self)
        self.must_cancel = True
        self._wake()
        return True

    def _wake(self):
        self.on = None
        if not self.ready:
            self.ready = True
            self.ticket += 1
            self.loop.queue.append(self)

    def _step(self):
        self.ready = False
        if self.finished:
            return
        try:
            if self.must_cancel:
                self.must_cancel = False
                reason = self.coro.throw(Cancelled())
            else:
                reason = self.coro.send(None)
        except StopIteration as end:
            self.result = end.value
            self._finish()
        except BaseException as error:
            self.error = error
            self.failed = True
            self._finish()
        else:
            if self.ready:  # it cancelled itself
                return
            if isinstance(reason, (Task, Event)):
                self.on = reason
                reason.waiters.append(self)
            elif reason == 0:
                self._wake()
            else:
                self.loop.number += 1
                heapq.heappush(self.loop.heap, (self.loop.time + reason, self.loop.number, self.ticket, self))

    def _finish(self):
        self.finished = True
        self.loop.tasks.pop(self, None)
        waiters, self.waiters = self.waiters, []
        for task in waiters:
            task._wake()


class Event:
    def __init__(self):
        self.happened = False
        self.waiters = []

    def set(self) -> None:
        self.happened = True
        for task in self.waiters:
            if task.finished:
                continue
            task._wake()

    async def wait(self) -> None:
        if not self.happened:
            await _pause(self)


class MiniLoop:
    time: float

    def __init__(self) -> None:
        self.time = 0.0
        self.queue = deque()
        self.heap = []
        self.number = 0
        self.tasks = {}

    def spawn(self, coro: Coroutine[Any, Any, T]) -> Task[T]:
        task = Task(self, coro)
        self.tasks[task] = None
        task._wake()
        return task

    def _turn(self) -> bool:
        if not self.queue:
            while self.heap and self.heap[0][2] != self.heap[0][3].ticket:
                heapq.heappop(self.heap)
            if not self.heap:
                return False
            self.time = max(self.time, self.heap[0][0])
            while self.heap and self.heap[0][0] <= self.time:
                _, _, ticket, task = heapq.heappop(self.heap)
                if ticket == task.ticket:
                    task._wake()
            return True
        self.queue.popleft()._step()
        return True

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        task = self.spawn(main)
        stuck = False
        while not task.finished:
            if not self._turn():
                stuck = True
                break
        while self.tasks:
            for other in list(self.tasks):
                other.cancel()
            while self.tasks and self._turn():
                pass
        if stuck:
            raise RuntimeError("deadlock")
        if task.failed:
            raise task.error
        return task.result
