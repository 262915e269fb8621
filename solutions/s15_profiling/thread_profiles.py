"""Each thread listens to itself, with a profile function and a call stack of its own.

cProfile is a listener too, and the question is where it listens. Up to 3.11 it uses `sys.setprofile`, which
is per thread: it hears the thread that switched it on, and that one does nothing but wait in join. Since 3.12
it uses `sys.monitoring`, which is per interpreter: it hears everybody and does not ask who. A second cProfile
in another thread is refused then ("Another profiling tool is already active").

`sys.setprofile` called in each task's own thread hears that thread alone, always. At each "call"
and "return" the time since the last event belongs to the function on top of the stack. There are two clocks,
since "where does the time go?" has another answer for wall time (waiting included) than for CPU time.

A profile function slows down what it measures, small functions called often most of all. A sampling profiler
(py-spy) changes nothing in the program, and counts no calls.
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

    A task that raises does not disturb the others. Several threads may call profile_tasks at once, and none waits
    for another's tasks. Afterwards no profile function is left: not in the caller, and not for threads that are started
    later.
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
        if event not in ("call", "return"):  # a builtin (c_call, c_return): its time is its caller's
            return
        if stack:  # whoever was on top until now: children charge themselves, so this is own time
            stack[-1].wall += wall() - wall_before
            stack[-1].cpu += cpu() - cpu_before
        if event == "call":
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
