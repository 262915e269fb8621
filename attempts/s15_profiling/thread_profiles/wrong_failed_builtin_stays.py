"""A builtin that raises never leaves the stack: c_exception is the third way to end, and nobody listens to it.

Rejected by: test_builtin_that_fails
"""

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
    threads = [
        threading.Thread(target=_profiled, args=(task, profiles[name], wall, cpu))
        for name, task in tasks.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return profiles


def _profiled(
    task: Callable[[], object], profile: TaskProfile, wall: Callable[[], float], cpu: Callable[[], float]
) -> None:
    """Run the task in this thread, and listen in this thread only."""
    stack: list[Stat] = []  # the calls under way in this thread, innermost last
    wall_before = cpu_before = 0.0

    def listen(frame: FrameType, event: str, arg: object) -> None:
        nonlocal wall_before, cpu_before
        if event == "c_exception":
            return
        if stack:  # whoever was on top until now: children charge themselves, so this is own time
            stack[-1].wall += wall() - wall_before
            stack[-1].cpu += cpu() - cpu_before
        if event == "c_call":
            stack.append(stack[-1] if stack else Stat())
        elif event == "call":
            key = f"{frame.f_globals['__name__']}.{frame.f_code.co_qualname}"
            stack.append(profile.functions.setdefault(key, Stat()))
            stack[-1].calls += 1
        else:  # also when an exception leaves the function
            stack.pop()
        wall_before, cpu_before = wall(), cpu()  # read again: the listener's own time is nobody's

    sys.setprofile(listen)
    try:
        task()
    except BaseException as error:  # kept for the report: the other threads go on
        profile.error = error
    finally:
        sys.setprofile(None)
