"""The listener only notes what happened when, and the books are done after the threads have ended."""

import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType
from typing import Literal


@dataclass
class Stat:
    """Calls of one function in one thread, and its own seconds: without the Python functions it called."""

    calls: int = 0
    wall: float = 0.0
    cpu: float = 0.0


@dataclass
class TaskProfile:
    """Of one task. The keys are: name of the function's module + "." + its code's co_qualname."""

    functions: dict[str, Stat] = field(default_factory=dict)
    error: BaseException | None = None
    """What the task raised."""

    def hottest(self, by: Literal["wall", "cpu"]) -> str:
        """The key with the most own time; of several the one that sorts first. ValueError: no functions."""
        return min(self.functions, key=lambda key: (-getattr(self.functions[key], by), key))


def profile_tasks(
    tasks: Mapping[str, Callable[[], object]],
    *,
    wall: Callable[[], float] = time.perf_counter,
    cpu: Callable[[], float] = time.thread_time,
) -> dict[str, TaskProfile]:
    """Run all tasks at the same time, one thread each, and profile each of them. Returns when all have ended.

    Counted are the Python functions that a task enters in its own thread: recursive calls too, and calls left
    by an exception. The time in a builtin belongs to the function that called it. Both clocks are read in the
    thread that is profiled. Helper functions of the profiler may turn up in the profiles or not.

    A task that raises does not disturb the others. Several threads may call profile_tasks at once. Afterwards
    no profile function is left: not in the caller, and not for threads that are started later.
    """
    profiles = {name: TaskProfile() for name in tasks}
    heard: dict[str, list[tuple[str, str, float, float]]] = {name: [] for name in tasks}
    threads = [
        threading.Thread(target=_listen, args=(task, profiles[name], heard[name], wall, cpu))
        for name, task in tasks.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name, events in heard.items():
        _book(events, profiles[name].functions)
    return profiles


def _listen(task, profile, events, wall, cpu) -> None:
    def listen(frame: FrameType, event: str, arg: object) -> None:
        if not event.startswith("c_"):
            module = frame.f_globals["__name__"]
            events.append((event, f"{module}.{frame.f_code.co_qualname}", wall(), cpu()))

    sys.setprofile(listen)
    try:
        task()
    except BaseException as error:
        profile.error = error
    sys.setprofile(None)


def _book(events, functions) -> None:
    under_way: list[str] = []
    for (event, key, *since), (_, _, *until) in zip(events, [*events[1:], ("", "", 0, 0)], strict=True):
        if event == "call":
            under_way.append(key)
            functions.setdefault(key, Stat()).calls += 1
        else:
            under_way.pop()
        if under_way:
            stat = functions[under_way[-1]]
            stat.wall += until[0] - since[0]
            stat.cpu += until[1] - since[1]


