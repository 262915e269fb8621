"""What went wrong, in words."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from types import FrameType
from typing import Any

from dojo import taskstacks
from dojo.taskstacks import where

from .errors import (
    BusyError,
    CallbackError,
    CancellationSwallowedError,
    EventLoopError,
    NeverAwaitedError,
    NeverRetrievedError,
    StuckError,
    TaskLeftError,
    ThreadSafetyError,
)
from .threads import Seen


def stuck(tasks: list[asyncio.Task[Any]], others: list[Seen], now: float) -> EventLoopError:
    """Nothing can wake these tasks of a loop."""
    threads = other_threads(others)
    if not tasks:
        return StuckError(f"the loop runs with nothing to do, and nothing can wake it{threads}")
    deaf = [task for task in tasks if task.cancelling()]
    number = {1: "the only task is", 2: "both tasks are"}.get(len(tasks), f"all {len(tasks)} tasks are")
    text = f"{number} stuck at virtual time {now:g}: nothing is ready, no timer is set, no I/O can come"
    text += _stories(tasks) + threads
    if deaf:
        return CancellationSwallowedError(f"{_names(deaf)} swallowed its cancellation and waits on. {text}")
    return StuckError(text)


def busy(tasks: list[asyncio.Task[Any]], turns: int, now: float) -> EventLoopError:
    """These tasks of a loop have run for so many turns."""
    return BusyError(f"tasks run on and on: {turns:,} turns of the loop, virtual time {now:g}{_stories(tasks)}")


def left(tasks: list[asyncio.Task[Any]], cancelled: bool = True) -> EventLoopError:
    """These tasks were there at the end; they have been cancelled, or not yet."""
    deaf = [task for task in tasks if cancelled and task.cancelling()]
    if deaf:
        return CancellationSwallowedError(f"{_names(deaf)} was cancelled and has not ended:{_stories(tasks)}")
    return TaskLeftError(f"{_names(tasks)} was still running at the end:{_stories(tasks)}")


def from_outside(thread: str, frame: FrameType) -> EventLoopError:
    """This thread, which is not the loop's, has something called soon by the loop. It does so here."""
    return ThreadSafetyError(
        f"thread {thread} {where(frame)}\nThat is not the loop's thread, and the loop, if it sleeps, is not woken: "
        "objects of asyncio are not thread-safe. See loop.call_soon_threadsafe and asyncio.run_coroutine_threadsafe"
    )


def never_awaited(coroutine: Any) -> EventLoopError:
    """This coroutine was collected before it ran."""
    made = ""
    if coroutine.cr_origin:
        file, line, function = coroutine.cr_origin[0]
        made = f": made {taskstacks.place(file, line, function)}"
    return NeverAwaitedError(f"the coroutine {coroutine.__qualname__}(...) was never awaited{made}")


def told(context: dict[str, Any]) -> EventLoopError | None:
    """What the loop's exception handler was told, where it is an error."""
    message, error = str(context.get("message", "")), context.get("exception")
    task: Any = context.get("task") or context.get("future")
    told: EventLoopError
    if "shielded future" in message:
        return None  # new in 3.14; the same program is to have the same verdict everywhere
    if "destroyed but it is pending" in message:
        return TaskLeftError(f"{taskstacks.name(task)} was destroyed while it waited:\n{taskstacks.story(task)}")
    if "never retrieved" in message:
        name = taskstacks.name(task) if isinstance(task, asyncio.Task) else "a future"
        told = NeverRetrievedError(f"{name} failed and nobody looked: {type(error).__name__}: {error}{_from(error)}")
    else:
        told = CallbackError(f"{message}: {type(error).__name__}: {error}{_from(error)}" if error else message)
    told.__cause__ = error
    return told


def other_threads(others: list[Seen]) -> str:
    """Where the other threads stand, on lines of their own."""
    threads = "".join(f"\n  thread {thread.name}: {where(frame)}" for thread, frame in others)
    return f"\nOther threads:{threads}" if threads else ""


def in_order(tasks: Iterable[asyncio.Task[Any]]) -> list[asyncio.Task[Any]]:
    """Tasks by name. Automatic names count up: Task-2 before Task-10."""
    return sorted(tasks, key=lambda task: (len(task.get_name()), task.get_name()))


def _stories(tasks: list[asyncio.Task[Any]]) -> str:
    return "".join(f"\n{taskstacks.story(task)}" for task in tasks)


def _names(tasks: list[asyncio.Task[Any]]) -> str:
    return ", ".join(taskstacks.name(task) for task in tasks[:5]) + (" and more" if len(tasks) > 5 else "")


def _from(error: Any) -> str:
    """The line of own code that raised it."""
    step, frame = getattr(error, "__traceback__", None), None
    while step is not None:
        if not taskstacks.is_library(step.tb_frame):
            frame, line = step.tb_frame, step.tb_lineno
        step = step.tb_next
    return f"\n    raised {taskstacks.place(frame.f_code.co_filename, line, frame.f_code.co_name)}" if frame else ""
