"""Awaiting a task that has failed pauses, though it is finished; its exception comes a turn later.

Rejected by: test_await_finished_does_not_pause
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
    """Pause the current task. 0: only let the other ready tasks run. Raises ValueError if negative."""
    if seconds < 0:
        raise ValueError("time does not run backwards")
    await _pause(_Sleep(seconds))


@types.coroutine
def _pause(reason: _Sleep | _Waitable) -> Generator[_Sleep | _Waitable, None, None]:
    """The only yield: the loop gets to know why the task pauses."""
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
        """Wait until the task is finished; return its result or raise its exception (Cancelled too).

        There is no pause if it is already finished.
        """
        if not self._over:
            yield self
        elif self._error is not None:
            yield from sleep(0).__await__()
        if self._error is not None:
            raise self._error
        result: T = self._result
        return result

    def done(self) -> bool:
        """Return whether the task is finished: by return, exception or cancellation."""
        return self._over

    def cancel(self) -> bool:
        """Return False if done. Else see to it that Cancelled is thrown into the task the next time it runs.

        The task is made ready now; but if it is waiting for another task, that one is cancelled instead. The task may
        catch Cancelled and go on. A task that never ran ends at once when its turn comes.
        """
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
        """Get from waiting into the queue."""
        self.waits_for = None
        self._loop.ready.append(self)

    def step(self) -> None:
        """Run up to the next pause or to the end."""
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
        """Make all waiting tasks ready, in the order of waiting. The event stays set."""
        self._finish()

    async def wait(self) -> None:
        """Wait until the event is set. There is no pause if it is."""
        if not self._over:
            await _pause(self)


class MiniLoop:
    """Runs tasks in turn, in virtual time."""

    time: float
    """Virtual seconds; 0.0 at the start, and never put back."""

    def __init__(self) -> None:
        self.time = 0.0
        self.ready: deque[Task[Any]] = deque()
        self._sleepers: list[tuple[float, int, Task[Any], _Sleep]] = []
        self._numbers = count()  # sleeps that end together keep their order, and tasks are never compared
        self._tasks: dict[Task[Any], None] = {}  # the unfinished ones, in the order of their spawning

    def spawn(self, coro: Coroutine[Any, Any, T]) -> Task[T]:
        """Make a new task, ready to run."""
        task = Task(coro, self)
        self._tasks[task] = None
        self.ready.append(task)
        return task

    def put_to_sleep(self, task: Task[Any], nap: _Sleep) -> None:
        """Wake the task when its time has come. A pause of 0 seconds is over at once, behind those who are ready."""
        if nap.seconds == 0:
            task.wake()
        else:
            heapq.heappush(self._sleepers, (self.time + nap.seconds, next(self._numbers), task, nap))

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Run main as a task until it is finished; return its result or raise its exception.

        Before that, all unfinished tasks are cancelled, and run until they are finished. An exception of a task that
        nobody awaits stays in the task.

        Raises RuntimeError("deadlock") if main waits while nothing is ready and no sleep is pending, after the same
        clean-up.
        """
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
        """Run the next ready task, after moving the clock if need be. False: nothing can happen any more."""
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
