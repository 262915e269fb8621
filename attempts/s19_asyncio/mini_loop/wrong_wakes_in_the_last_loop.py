"""An event wakes its waiters in the loop that was made last, and not in their own.

Rejected by: test_woken_at_the_end_of_the_queue
"""

from __future__ import annotations

import heapq
import types
from collections import deque
from collections.abc import Coroutine, Generator
from itertools import count
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Cancelled(BaseException):
    """Thrown into a cancelled task at its await."""


async def sleep(seconds: float) -> None:
    if seconds < 0:
        raise ValueError("time does not run backwards")
    await _pause(_Sleep(seconds))


@types.coroutine
def _pause(reason: _Sleep | _Waitable) -> Generator[_Sleep | _Waitable, None, None]:
    yield reason


class _Sleep:
    """One pause of so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class _Waitable:
    """Something that is done at some time; whoever waits for it becomes ready then."""

    def __init__(self) -> None:
        self._over = False
        self.waiters: dict[Task[Any], None] = {}  # a set that keeps its order

    def _finish(self) -> None:
        self._over = True
        for task in self.waiters:
            task.wake()
        self.waiters.clear()


class Task(_Waitable, Generic[T]):
    """A coroutine that a loop runs. Made by MiniLoop.spawn."""

    def __init__(self, coro: Coroutine[Any, Any, T], loop: MiniLoop) -> None:
        super().__init__()
        self._coro = coro
        self._loop = loop
        self._result: Any = None
        self._error: BaseException | None = None
        self._cancelled = False  # Cancelled is to be thrown in
        self._begun = False
        self.waits_for: _Sleep | _Waitable | None = None  # None while ready or running

    def __await__(self) -> Generator[Any, Any, T]:
        if not self._over:
            yield self
        if self._error is not None:
            raise self._error
        result: T = self._result
        return result

    def done(self) -> bool:
        return self._over

    def cancel(self) -> bool:
        if self._over:
            return False
        task: Task[Any] = self
        while isinstance(task.waits_for, Task):  # along a chain of any length, without recursion
            task = task.waits_for
        task._cancelled = True
        if task.waits_for is not None:
            if isinstance(task.waits_for, Event):
                del task.waits_for.waiters[task]
            task.wake()
        return True

    def wake(self) -> None:
        self.waits_for = None
        self._loop.ready.append(self)

    def step(self) -> None:
        cancelled, self._cancelled = self._cancelled, False
        try:
            if cancelled and not self._begun:
                self._coro.close()
                raise Cancelled
            self._begun = True
            reason = self._coro.throw(Cancelled()) if cancelled else self._coro.send(None)
        except StopIteration as end:
            self._result = end.value
            self._finish()
        except BaseException as error:
            self._error = error
            self._finish()
        else:
            self.waits_for = reason
            if isinstance(reason, _Sleep):
                self._loop.put_to_sleep(self, reason)
            else:
                reason.waiters[self] = None
            if self._cancelled:  # while it ran: by itself
                self._cancelled = False
                self.cancel()


class Event(_Waitable):
    """Something that happens once, and that tasks can wait for."""

    def set(self) -> None:
        self._over = True
        for task in self.waiters:
            task.waits_for = None
            MiniLoop.current.ready.append(task)
        self.waiters.clear()

    async def wait(self) -> None:
        if not self._over:
            await _pause(self)


class MiniLoop:
    """Runs tasks in turn, in virtual time."""

    current: MiniLoop

    def __init__(self) -> None:
        MiniLoop.current = self
        self.time = 0.0
        self.ready: deque[Task[Any]] = deque()
        self._sleepers: list[tuple[float, int, Task[Any], _Sleep]] = []
        self._numbers = count()  # sleeps that end together keep their order, and tasks are never compared
        self._tasks: dict[Task[Any], None] = {}  # the unfinished ones, in the order of their spawning

    def spawn(self, coro: Coroutine[Any, Any, T]) -> Task[T]:
        task = Task(coro, self)
        self._tasks[task] = None
        self.ready.append(task)
        return task

    def put_to_sleep(self, task: Task[Any], nap: _Sleep) -> None:
        if nap.seconds == 0:
            task.wake()
        else:
            heapq.heappush(self._sleepers, (self.time + nap.seconds, next(self._numbers), task, nap))

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        task = self.spawn(main)
        while not task.done() and self._step():
            pass
        stuck = not task.done()
        for other in list(self._tasks):
            other.cancel()
        while self._tasks and self._step():
            pass
        if stuck:
            raise RuntimeError("deadlock")
        if task._error is not None:
            raise task._error
        return task._result  # type: ignore[no-any-return]

    def _step(self) -> bool:
        if not self.ready:
            while self._sleepers and (not self.ready or self._sleepers[0][0] == self.time):
                end, _, task, nap = heapq.heappop(self._sleepers)
                if task.waits_for is nap:  # else it was cancelled, and has long been up
                    self.time = end
                    task.wake()
        if not self.ready:
            return False
        task = self.ready.popleft()
        task.step()
        if task.done():
            self._tasks.pop(task, None)
        return True
