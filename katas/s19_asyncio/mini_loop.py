"""Write an event loop on nothing but coroutine objects: tasks, sleep, await, events, cancellation, a virtual clock.

No magic: `coro.send(None)` runs a coroutine up to its next pause, `coro.throw(error)` wakes it with an exception.
Import neither asyncio nor another asynchronous library, and no threads.

Ready tasks run first in, first out. A task gets to the end of the ready queue when it is spawned, after sleep(0), when
its sleep is over, when the task or event that it waits for is done (in the order of waiting), and when it is cancelled.
Tasks never wait for each other in a ring. The clock moves only when nothing is ready: to the earliest end of a sleep;
sleeps that end together wake in the order in which they began.
"""

from __future__ import annotations

from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Cancelled(BaseException):
    """Thrown into a cancelled task at its await."""


async def sleep(seconds: float) -> None:
    """Pause the current task. 0: only let the other ready tasks run. Raises ValueError if negative."""
    # TODO: an await reaches the loop when something at its very bottom yields. What does the loop have to know?
    raise NotImplementedError


class Task(Generic[T]):
    """A coroutine that a loop runs. Made by MiniLoop.spawn."""

    def __await__(self) -> Generator[Any, Any, T]:
        """Wait until the task is finished; return its result or raise its exception (Cancelled too).

        There is no pause if it is already finished.
        """
        raise NotImplementedError

    def done(self) -> bool:
        """Return whether the task is finished: by return, exception or cancellation."""
        raise NotImplementedError

    def cancel(self) -> bool:
        """Return False if done. Else see to it that Cancelled is thrown into the task the next time it runs.

        The task is made ready now; but if it is waiting for another task, that one is cancelled instead. The task may
        catch Cancelled and go on. A task that never ran ends at once when its turn comes.
        """
        raise NotImplementedError


class Event:
    """Something that happens once, and that tasks can wait for."""

    def set(self) -> None:
        """Make all waiting tasks ready, in the order of waiting. The event stays set."""
        raise NotImplementedError

    async def wait(self) -> None:
        """Wait until the event is set. There is no pause if it is."""
        raise NotImplementedError


class MiniLoop:
    """Runs tasks in turn, in virtual time."""

    time: float
    """Virtual seconds; 0.0 at the start, and never put back."""

    def __init__(self) -> None:
        self.time = 0.0

    def spawn(self, coro: Coroutine[Any, Any, T]) -> Task[T]:
        """Make a new task, ready to run."""
        raise NotImplementedError

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Run main as a task until it is finished; return its result or raise its exception.

        Before that, all unfinished tasks are cancelled, and run until they are finished. An exception of a task that
        nobody awaits stays in the task.

        Raises RuntimeError("deadlock") if main waits while nothing is ready and no sleep is pending, after the same
        clean-up.
        """
        raise NotImplementedError
