"""All threads share the last reading of the clocks: who waited counts from another thread's event.

Rejected by: test_who_comes_later_leaves_later
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass
class Stat:
    calls: int = 0
    wall: float = 0.0
    cpu: float = 0.0


@dataclass
class TaskProfile:
    functions: dict[str, Stat] = field(default_factory=dict)
    error: BaseException | None = None

    def hottest(self, by: Literal["wall", "cpu"]) -> str:
        if not self.functions:
            raise ValueError("no functions")
        return min(self.functions, key=lambda key: (-getattr(self.functions[key], by), key))


last = [0.0, 0.0]


def _profile(task, profile, wall, cpu):
    stack: list[Stat] = []

    def listen(frame, event, arg):
        if event not in ("call", "return"):
            return
        w, c = wall(), cpu()
        if stack:
            stack[-1].wall += w - last[0]
            stack[-1].cpu += c - last[1]
        if event == "call":
            key = f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}"
            stat = profile.functions.setdefault(key, Stat())
            stat.calls += 1
            stack.append(stat)
        elif stack:
            stack.pop()
        last[:] = w, c

    sys.setprofile(listen)
    try:
        task()
    except BaseException as error:
        profile.error = error
    finally:
        sys.setprofile(None)


def profile_tasks(
    tasks: Mapping[str, Callable[[], object]],
    *,
    wall: Callable[[], float] = time.perf_counter,
    cpu: Callable[[], float] = time.thread_time,
) -> dict[str, TaskProfile]:
    profiles = {name: TaskProfile() for name in tasks}
    threads = [threading.Thread(target=_profile, args=(task, profiles[name], wall, cpu)) for name, task in tasks.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return profiles
