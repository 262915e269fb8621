"""cancel() calls itself along the chain of waiting tasks: a long one is a RecursionError.

Rejected by: test_long_chain_is_cancelled
"""

from __future__ import annotations

import heapq
import itertools
import types
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Cancelled(BaseException):
    pass


class _Sleep:
    def __init__(self, seconds):
        self.seconds = seconds


@types.coroutine
def _trap(request):
    return (yield request)


async def sleep(seconds: float) -> None:
    if seconds < 0:
        raise ValueError("negative")
    await _trap(_Sleep(seconds))


class Task(Generic[T]):
    def __init__(self, loop, coro):
        self._loop, self._coro = loop, coro
        self._done = False
        self._value = None
        self._error = None
        self._waiters = []
        self._cancel = False
        self._started = False
        self._waits_for = None
        self._queued = False
        self._ticket = 0

    def __await__(self):
        if not self._done:
            yield self
        if self._error is not None:
            raise self._error
        return self._value

    def done(self) -> bool:
        return self._done

    def cancel(self) -> bool:
        if self._done:
            return False
        target = self
        if isinstance(target._waits_for, Task):
            return target._waits_for.cancel()
        target._cancel = True
        if isinstance(target._waits_for, Event):
            target._waits_for._waiters.remove(target)
        target._waits_for = None
        target._loop._make_ready(target)
        return True


class Event:
    def __init__(self):
        self._set = False
        self._waiters = []

    def set(self) -> None:
        self._set = True
        waiters, self._waiters = self._waiters, []
        for task in waiters:
            task._loop._make_ready(task)

    async def wait(self) -> None:
        if not self._set:
            await _trap(self)


class MiniLoop:
    time: float

    def __init__(self) -> None:
        self.time = 0.0
        self._ready = deque()
        self._timers = []
        self._count = itertools.count()
        self._tasks = {}

    def spawn(self, coro):
        task = Task(self, coro)
        self._tasks[task] = None
        self._make_ready(task)
        return task

    def _make_ready(self, task):
        if task._queued:
            return
        task._queued = True
        task._waits_for = None
        task._ticket = 0
        self._ready.append(task)

    def _step(self, task):
        task._queued = False
        try:
            if task._cancel:
                task._cancel = False
                if not task._started:
                    task._coro.close()
                    raise Cancelled
                request = task._coro.throw(Cancelled())
            else:
                task._started = True
                request = task._coro.send(None)
        except StopIteration as stop:
            self._finish(task, stop.value, None)
        except BaseException as error:
            self._finish(task, None, error)
        else:
            if isinstance(request, _Sleep):
                if request.seconds == 0 or task._cancel:
                    self._make_ready(task)
                else:
                    task._ticket = next(self._count) + 1
                    heapq.heappush(self._timers, (self.time + request.seconds, task._ticket, task))
            else:
                task._waits_for = request
                if task._cancel:
                    task.cancel_now = True
                request._waiters.append(task)
                if task._cancel:
                    request._waiters.remove(task)
                    self._make_ready(task)

    def _finish(self, task, value, error):
        task._done, task._value, task._error = True, value, error
        self._tasks.pop(task, None)
        waiters, task._waiters = task._waiters, []
        for waiter in waiters:
            self._make_ready(waiter)

    def _turn(self, until):
        while not until():
            if self._ready:
                self._step(self._ready.popleft())
                continue
            while self._timers and self._timers[0][2]._ticket != self._timers[0][1]:
                heapq.heappop(self._timers)
            if not self._timers:
                return False
            when = self._timers[0][0]
            self.time = max(self.time, when)
            while self._timers and self._timers[0][0] <= when:
                _, ticket, task = heapq.heappop(self._timers)
                if task._ticket == ticket:
                    self._make_ready(task)
        return True

    def run(self, main):
        task = self.spawn(main)
        finished = self._turn(task.done)
        for other in list(self._tasks):
            other.cancel()
        while self._tasks:
            if not self._turn(lambda: not self._tasks):
                for other in list(self._tasks):
                    other.cancel()
        if not finished:
            raise RuntimeError("deadlock")
        if task._error is not None:
            raise task._error
        return task._value
