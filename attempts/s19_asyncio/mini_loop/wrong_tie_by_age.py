"""Of sleeps that end together that of the oldest task wakes first, and not the one that began first.

Rejected by: test_timer_order
"""

from __future__ import annotations

import heapq
import itertools
import types
from collections import deque
from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Cancelled(BaseException):
    """Thrown into a cancelled task at its await."""


@types.coroutine
def _pause(kind, what):
    yield (kind, what)


async def sleep(seconds: float) -> None:
    if seconds < 0:
        raise ValueError("negative")
    await _pause("sleep", seconds)


class Task(Generic[T]):
    def __init__(self, loop, coro):
        self._loop = loop
        self._number = next(loop._count)
        self._coro = coro
        self._done = False
        self._result = None
        self._error = None
        self._waiters = []
        self._awaits = None  # the task that we wait for
        self._unhook = None  # takes us out of what we wait for
        self._must_cancel = False
        self._queued = False
        self._started = False

    def __await__(self) -> Generator[Any, Any, T]:
        if not self._done:
            yield ("task", self)
        if self._error is not None:
            raise self._error
        return self._result

    def done(self) -> bool:
        return self._done

    def cancel(self) -> bool:
        if self._done:
            return False
        if self._awaits is not None:
            return self._awaits.cancel()
        self._must_cancel = True
        if self._unhook is not None:
            self._unhook()
            self._unhook = None
            self._loop._enqueue(self)
        return True

    def _end(self, result=None, error=None):
        self._done = True
        self._result, self._error = result, error
        self._loop._alive.pop(self, None)
        for waiter in self._waiters:
            waiter._awaits = None
            self._loop._enqueue(waiter)
        self._waiters.clear()

    def _step(self):
        self._queued = False
        self._awaits = self._unhook = None
        try:
            if self._must_cancel:
                self._must_cancel = False
                if not self._started:
                    self._coro.close()
                    self._end(error=Cancelled())
                    return
                kind, what = self._coro.throw(Cancelled())
            else:
                self._started = True
                kind, what = self._coro.send(None)
        except StopIteration as end:
            self._end(end.value)
            return
        except BaseException as error:
            self._end(error=error)
            return
        loop = self._loop
        if kind == "sleep":
            if what == 0 or self._must_cancel:
                loop._enqueue(self)
            else:
                entry = [loop.time + what, self._number, next(loop._count), self]
                heapq.heappush(loop._sleeping, entry)

                def unhook():
                    entry[3] = None
                self._unhook = unhook
        elif kind == "event":
            if self._must_cancel:
                loop._enqueue(self)
            else:
                what._waiters.append(self)
                self._unhook = lambda: what._waiters.remove(self)
        else:
            what._waiters.append(self)
            self._awaits = what
            if self._must_cancel:
                self._must_cancel = False
                what.cancel()


class Event:
    def __init__(self):
        self._set = False
        self._waiters = []

    def set(self) -> None:
        self._set = True
        for task in self._waiters:
            task._unhook = None
            task._loop._enqueue(task)
        self._waiters.clear()

    async def wait(self) -> None:
        if not self._set:
            await _pause("event", self)


class MiniLoop:
    time: float

    def __init__(self) -> None:
        self.time = 0.0
        self._ready = deque()
        self._sleeping = []
        self._count = itertools.count()
        self._alive = {}

    def _enqueue(self, task):
        if not task._queued:
            task._queued = True
            self._ready.append(task)

    def spawn(self, coro: Coroutine[Any, Any, T]) -> Task[T]:
        task = Task(self, coro)
        self._alive[task] = None
        self._enqueue(task)
        return task

    def _drive(self, finished):
        while not finished():
            if self._ready:
                self._ready.popleft()._step()
                continue
            while self._sleeping and self._sleeping[0][3] is None:
                heapq.heappop(self._sleeping)
            if not self._sleeping:
                return False
            self.time = self._sleeping[0][0]
            while self._sleeping and self._sleeping[0][0] <= self.time:
                task = heapq.heappop(self._sleeping)[3]
                if task is not None:
                    task._unhook = None
                    self._enqueue(task)
        return True

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        task = self.spawn(main)
        ok = self._drive(task.done)
        while self._alive:
            for other in list(self._alive):
                other.cancel()
            self._drive(lambda: not self._alive)
        if not ok:
            raise RuntimeError("deadlock")
        if task._error is not None:
            raise task._error
        return task._result
