"""Where a task stands and what it waits for, in words."""

from __future__ import annotations

import asyncio
import gc
import linecache
import sysconfig
from types import FrameType
from typing import Any

from dojo.answers import ROOT, shown

_LIBRARY = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), str(ROOT / "dojo"))


def is_library(frame: FrameType) -> bool:
    """Is this code nobody here has written: the standard library, a package, the machinery?"""
    return frame.f_code.co_filename.startswith(_LIBRARY) or frame.f_code.co_filename.startswith("<frozen")


def place(file: str, line: int, function: str) -> str:
    """A line of source and where it stands."""
    return f"at {shown(file)}:{line} in {function}:  {linecache.getline(file, line).strip()}"


def where(frame: FrameType | None) -> str:
    """The innermost line of a running thread's stack that is no library's."""
    inner = frame
    while frame is not None:
        if not is_library(frame):
            return place(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)
        frame = frame.f_back
    if inner is None:
        return "not to be seen"
    return place(inner.f_code.co_filename, inner.f_lineno, inner.f_code.co_name)


def name(task: Any) -> str:
    """Its name and its coroutine's: Task-3 (serve)."""
    called = task.get_name()
    coroutine = getattr(task.get_coro(), "__qualname__", "").rpartition("<locals>.")[2]
    return f"{called} ({coroutine})" if coroutine and not called.startswith("the ") else called


def line(task: asyncio.Task[Any]) -> str:
    """Its name and the innermost line of its own code."""
    steps = [step for step in _frames(task) if not is_library(step)]
    return f"{name(task)} {_at(steps[-1])}" if steps else name(task)


def story(task: asyncio.Task[Any]) -> str:
    """Its name, the lines it stands at, from the outermost call to the innermost, and what it waits for."""
    frames = _frames(task)
    text = f"  {name(task)}"
    if task.cancelling():
        text += f", cancelled {task.cancelling()} time{'s' if task.cancelling() > 1 else ''}"
    for frame in frames:
        if not is_library(frame):
            text += f"\n    {_at(frame)}"
    waits_for = _waits_for(task, frames)
    return f"{text}\n      waits for {waits_for}" if waits_for else text


def _at(frame: FrameType) -> str:
    return place(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)


def _frames(task: asyncio.Task[Any]) -> list[FrameType]:
    """The frames of the coroutines that await each other, outermost first."""
    found: list[FrameType] = []
    step: Any = task.get_coro()
    for _ in range(200):
        if step is None:
            break
        for prefix, link in (("cr", "cr_await"), ("ag", "ag_await"), ("gi", "gi_yieldfrom")):
            if hasattr(step, f"{prefix}_frame"):
                frame = getattr(step, f"{prefix}_frame")
                if frame is not None:
                    found.append(frame)
                step = getattr(step, link)
                break
        else:
            # What stands between an `await` and an asynchronous generator keeps to itself what it drives.
            inner = [
                thing
                for thing in gc.get_referents(step)
                if hasattr(thing, "ag_frame") or hasattr(thing, "cr_frame") or hasattr(thing, "gi_frame")
            ]
            step = inner[0] if type(step).__module__ == "builtins" and inner else None
    return found


def _waits_for(task: Any, frames: list[FrameType]) -> str:
    future = getattr(task, "_fut_waiter", None)
    if isinstance(future, asyncio.Task):
        return name(future)
    own = max((number for number, frame in enumerate(frames) if not is_library(frame)), default=-1)
    if own + 1 < len(frames):  # what its own code called
        call = frames[own + 1]
        code, owner = call.f_code, call.f_locals.get("self")
        if code.co_name == "sleep":
            return f"the end of sleep({call.f_locals.get('delay')})"
        if type(owner).__module__.startswith("asyncio."):
            return f"{code.co_qualname}(), {owner!r}"
    children = [child for child in getattr(future, "_children", ()) if not child.done()]
    if children:
        return ", ".join(name(child) if isinstance(child, asyncio.Task) else "a future" for child in children[:5])
    return "a future that nobody has set" if future is not None else ""
