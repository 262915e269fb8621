"""Tasks that are spawned while others clean up are not run."""

from __future__ import annotations

import heapq
import types
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Cancelled(BaseException):
    """Thrown into a cancelled task at its await."""


@types.coroutine
def _trap(request):
    return (yield request)


async def sleep(seconds: float) -> None:
    if seconds < 0:
        raise ValueError("negative")
    await _trap(("sleep", seconds))


class Task(Generic[T]):
    def __init__(self, loop, coro):
        self.loop, self.coro = loop, coro
        self.over = self.started = self.must_cancel = False
        self.value = self.error = None
        self.waiters = []
        self.waiting_in = None  # a list of waiters
        self.waiting_for = None  # a task
        self.timer = None

    def __await__(self):
        if not self.over:
            yield from _trap(("task", self))
        if self.error is not None:
            raise self.error
        return self.value

    def done(self) -> bool:
        return self.over

    def cancel(self) -> bool:
        if self.over:
            return False
        target = self
        while target.waiting_for is not None:
            target = target.waiting_for
        target.must_cancel = True
        if target.timer is not None:
            target.timer = None
            target.loop.ready.append(target)
        elif target.waiting_in is not None:
            target.waiting_in.remove(target)
            target.waiting_in = None
            target.loop.ready.append(target)
        return True

    def finish(self):
        self.over = True
        self.loop.alive.pop(self)
        wake(self.waiters)

    def step(self):
        try:
            if self.must_cancel:
                self.must_cancel = False
                if not self.started:
                    self.coro.close()
                    raise Cancelled
                kind, what = self.coro.throw(Cancelled())
            else:
                self.started = True
                kind, what = self.coro.send(None)
        except StopIteration as stop:
            self.value = stop.value
            self.finish()
            return
        except BaseException as error:
            self.error = error
            self.finish()
            return
        if kind == "sleep":
            if what == 0:
                self.loop.ready.append(self)
            else:
                self.timer = object()
                self.loop.number += 1
                heapq.heappush(self.loop.timers, (self.loop.time + what, self.loop.number, self, self.timer))
        elif kind == "task":
            what.waiters.append(self)
            self.waiting_in, self.waiting_for = what.waiters, what
        else:
            what.append(self)
            self.waiting_in = what
        if self.must_cancel and not (kind == "sleep" and what == 0):
            self.must_cancel = False
            self.cancel()


def wake(waiters):
    for task in waiters:
        task.waiting_in = task.waiting_for = None
        task.loop.ready.append(task)
    waiters.clear()


class Event:
    def __init__(self):
        self.is_set, self.waiters = False, []

    def set(self) -> None:
        self.is_set = True
        wake(self.waiters)

    async def wait(self) -> None:
        if not self.is_set:
            await _trap(("event", self.waiters))


class MiniLoop:
    """Runs tasks in turn, in virtual time."""

    time: float

    def __init__(self) -> None:
        self.time = 0.0
        self.ready = deque()
        self.timers = []
        self.number = 0
        self.alive = {}

    def spawn(self, coro):
        task = Task(self, coro)
        self.alive[task] = None
        self.ready.append(task)
        return task

    def turn(self):
        while not self.ready and self.timers:
            when = self.timers[0][0]
            while self.timers and self.timers[0][0] == when:
                _, _, task, timer = heapq.heappop(self.timers)
                if task.timer is timer:
                    self.time = when
                    task.timer = None
                    self.ready.append(task)
        if not self.ready:
            return False
        self.ready.popleft().step()
        return True

    def run(self, main):
        task = self.spawn(main)
        stuck = False
        while not task.done():
            if not self.turn():
                stuck = True
                break
        self.clean_up()
        if stuck:
            raise RuntimeError("deadlock")
        if task.error is not None:
            raise task.error
        return task.value

    def clean_up(self):
        rest = list(self.alive)
        for other in rest:
            other.cancel()
        while not all(other.done() for other in rest) and self.turn():
            pass
