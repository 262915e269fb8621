"""Whoever is cancelled while it sleeps for 0 seconds lies in the ready queue already, and is put there again.

Rejected by: test_cancel_in_sleep_0
"""

from __future__ import annotations

import heapq
from collections import deque


class Cancelled(BaseException):
    """x"""


class _Pause:
    def __init__(self, arm):
        self.arm = arm

    def __await__(self):
        yield self.arm


async def sleep(seconds):
    if seconds < 0:
        raise ValueError("negative")
    if seconds == 0:
        await _Pause(lambda task: task._ready0())
    else:
        await _Pause(lambda task: task._loop._sleep(task, seconds))


class Task:
    def __init__(self, loop, coro):
        self._loop = loop
        self._coro = coro
        self._done = False
        self._result = None
        self._error = None
        self._waiters = []
        self._cancel = False
        self._undo = None
        self._awaits = None
        self._queued = False

    @classmethod
    def __class_getitem__(cls, item):
        return cls

    def __await__(self):
        if not self._done:
            yield self._join
        if self._error is not None:
            raise self._error
        return self._result

    def _join(self, task):
        self._waiters.append(task)
        task._awaits = self

    def done(self):
        return self._done

    def cancel(self):
        if self._done:
            return False
        if self._awaits is not None:
            self._awaits.cancel()
            return True
        self._cancel = True
        if self._undo is not None:
            self._undo()
            self._ready()
        return True

    def _ready0(self):
        self._ready()
        self._undo = lambda: setattr(self, '_queued', False)

    def _ready(self):
        self._undo = None
        self._awaits = None
        if not self._queued:
            self._queued = True
            self._loop._queue.append(self)

    def _step(self):
        self._queued = False
        try:
            if self._cancel:
                self._cancel = False
                arm = self._coro.throw(Cancelled())
            else:
                arm = self._coro.send(None)
        except StopIteration as stop:
            self._end(stop.value, None)
        except BaseException as error:
            self._end(None, error)
        else:
            if self._cancel:
                self._ready()
            else:
                arm(self)

    def _end(self, result, error):
        self._done = True
        self._result = result
        self._error = error
        self._loop._alive.pop(self, None)
        for task in self._waiters:
            task._ready()
        self._waiters.clear()


class Event:
    def __init__(self):
        self._is_set = False
        self._waiting = []

    def set(self):
        self._is_set = True
        waiting, self._waiting = self._waiting, []
        for task in waiting:
            task._ready()

    async def wait(self):
        if not self._is_set:
            await _Pause(self._arm)

    def _arm(self, task):
        self._waiting.append(task)
        task._undo = lambda: self._waiting.remove(task)


class MiniLoop:
    def __init__(self):
        self.time = 0.0
        self._queue = deque()
        self._sleeping = []
        self._count = 0
        self._alive = {}

    def _sleep(self, task, seconds):
        self._count += 1
        entry = (self.time + seconds, self._count, task)
        heapq.heappush(self._sleeping, entry)

        def undo():
            self._sleeping.remove(entry)
            heapq.heapify(self._sleeping)

        task._undo = undo

    def spawn(self, coro):
        task = Task(self, coro)
        self._alive[task] = None
        task._ready()
        return task

    def _go(self, until):
        while not until():
            if self._queue:
                self._queue.popleft()._step()
            elif self._sleeping:
                self.time = self._sleeping[0][0]
                while self._sleeping and self._sleeping[0][0] == self.time:
                    heapq.heappop(self._sleeping)[2]._ready()
            else:
                return False
        return True

    def run(self, main):
        task = self.spawn(main)
        ok = self._go(task.done)
        while self._alive:
            for other in list(self._alive):
                other.cancel()
            self._go(lambda: not self._alive)
        if not ok:
            raise RuntimeError("deadlock")
        if task._error is not None:
            raise task._error
        return task._result
