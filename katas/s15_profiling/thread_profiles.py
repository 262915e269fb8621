"""Give each thread a profile of its own: which functions it called how often, and where its time went.

The team profiles its download service with cProfile, around a main() that starts the threads and joins them.
On Python 3.11 the report holds main and its waiting in join; since 3.12 it holds all threads, in one heap.
What they want to know is: in which thread, and did it compute there or wait?
"""

import cProfile
import pstats
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
    # TODO: who is listening in which thread?
    profile = cProfile.Profile()

    def main() -> None:
        threads = [threading.Thread(target=task) for task in tasks.values()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    profile.runcall(main)
    seen = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    stats = {name: Stat(calls, own, own) for (_, _, name), (_, calls, own, _, _) in seen.items()}
    return {name: TaskProfile(stats) for name in tasks}
