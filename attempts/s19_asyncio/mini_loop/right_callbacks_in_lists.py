"""Everything is a callback in a list: steps that are due, and a sorted list of timers; pauses are objects with __await__."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Coroutine, Generator
from typing import Any


class Cancelled(BaseException):
    """Thrown into a cancelled task at its await."""


class Pause:
    """Yielded to the task that drives the coroutine. `begin` gets a function to call when the pause is over."""

    def __init__(self, begin: Callable[[Task, Callable[[], None]], Callable[[], None]]) -> None:
        self.begin = begin

    def __await__(self) -> Generator[Pause, None, None]:
        yield self


def nothing() -> None:
    pass


async def sleep(seconds: float) -> None:
    if seconds < 0:
        raise ValueError(seconds)

    def begin(task: Task, over: Callable[[], None]) -> Callable[[], None]:
        if seconds == 0:
            over()
            return nothing
        loop = task.loop
        timer = (loop.time + seconds, loop.number(), over)
        bisect.insort(loop.timers, timer)
        return lambda: loop.timers.remove(timer)

    await Pause(begin)


class Task:
    def __init__(self, loop: MiniLoop, coro: Coroutine[Any, Any, Any]) -> None:
        self.loop, self.coro = loop, coro
        self.outcome: Callable[[], Any] | None = None
        self.listeners: list[Callable[[], None]] = []
        self.started = self.doomed = False
        self.interrupt: Callable[[], None] | None = None  # ends the present pause with Cancelled
        loop.due.append(self.step)

    def done(self) -> bool:
        return self.outcome is not None

    def cancel(self) -> bool:
        if self.done():
            return False
        if self.interrupt is None:
            self.doomed = True
        else:
            self.interrupt()
        return True

    def __await__(self) -> Generator[Any, None, Any]:
        if self.outcome is None:
            yield self
        assert self.outcome is not None
        return self.outcome()

    def step(self) -> None:
        doomed, self.doomed = self.doomed, False
        if doomed and not self.started:
            self.coro.close()
            return self.finish(Cancelled())
        self.started = True
        try:
            pause = self.coro.throw(Cancelled()) if doomed else self.coro.send(None)
        except StopIteration as stop:
            return self.finish(stop.value)
        except BaseException as error:
            return self.finish(error, failed=True)

        def over() -> None:
            self.interrupt = None
            self.loop.due.append(self.step)

        if isinstance(pause, Task):
            pause.listeners.append(over)

            def pass_on() -> None:
                target = pause
                while target.awaited is not None and target.interrupt is not None:
                    target = target.awaited
                target.cancel()

            self.awaited, self.interrupt = pause, pass_on
        else:
            self.awaited = None
            self.interrupt = nothing
            undo = pause.begin(self, over)
            if self.interrupt is not None:

                def interrupt() -> None:
                    undo()
                    self.doomed = True
                    over()

                self.interrupt = interrupt
        if self.doomed:
            self.doomed = False
            self.cancel()

    awaited: Task | None = None

    def finish(self, value: Any, failed: bool = False) -> None:
        def outcome() -> Any:
            if failed or isinstance(value, Cancelled):
                raise value
            return value

        self.outcome = outcome
        self.loop.alive.remove(self)
        for listener in self.listeners:
            listener()


class Event:
    def __init__(self) -> None:
        self.happened = False
        self.listeners: list[Callable[[], None]] = []

    def set(self) -> None:
        self.happened = True
        listeners, self.listeners = self.listeners, []
        for listener in listeners:
            listener()

    async def wait(self) -> None:
        def begin(task: Task, over: Callable[[], None]) -> Callable[[], None]:
            self.listeners.append(over)
            return lambda: self.listeners.remove(over)

        if not self.happened:
            await Pause(begin)


class MiniLoop:
    def __init__(self) -> None:
        self.time = 0.0
        self.due: list[Callable[[], None]] = []
        self.timers: list[tuple[float, int, Callable[[], None]]] = []
        self.alive: list[Task] = []
        self.numbers = 0

    def number(self) -> int:
        self.numbers += 1
        return self.numbers

    def spawn(self, coro: Coroutine[Any, Any, Any]) -> Task:
        task = Task(self, coro)
        self.alive.append(task)
        return task

    def run(self, main: Coroutine[Any, Any, Any]) -> Any:
        task = self.spawn(main)
        finished = self.turn(task.done)
        for other in list(self.alive):
            other.cancel()
        self.turn(lambda: not self.alive)
        if not finished:
            raise RuntimeError("deadlock")
        assert task.outcome is not None
        return task.outcome()

    def turn(self, enough: Callable[[], bool]) -> bool:
        while not enough():
            if not self.due:
                if not self.timers:
                    return False
                self.time = self.timers[0][0]
                while self.timers and self.timers[0][0] == self.time:
                    self.timers.pop(0)[2]()
                continue
            batch, self.due = self.due, []
            for index, step in enumerate(batch):
                step()
                if enough():
                    self.due = batch[index + 1 :] + self.due
                    break
        return True
