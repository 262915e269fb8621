"""Takes a call that returns None while an error is being handled for one that the error has left, and forgets it.

Rejected by: test_failing_task
"""

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
        return min(self.functions, key=lambda key: (-getattr(self.functions[key], by), key))


def profile_tasks(tasks, *, wall=time.perf_counter, cpu=time.thread_time):
    result = {}
    threads = []
    for name, task in tasks.items():
        result[name] = TaskProfile()
        threads.append(_Profiled(task, result[name], wall, cpu))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return result


class _Profiled(threading.Thread):
    def __init__(self, task, profile, wall, cpu):
        super().__init__()
        self._task, self._profile, self._w, self._c = task, profile, wall, cpu
        self._open = []

    def run(self):
        try:
            sys.setprofile(self._event)
            self._task()
        except BaseException as error:
            sys.setprofile(None)
            self._profile.error = error
        sys.setprofile(None)
        while self._open:
            self._leave()

    def _event(self, frame, event, arg):
        if event == "call":
            key = frame.f_globals.get("__name__", "?") + "." + frame.f_code.co_qualname
            self._open.append([key, self._w(), self._c(), 0.0, 0.0])
        elif event == "return" and arg is None and sys.exc_info()[0] is not None and self._open:
            self._open.pop()
        elif event == "return" and self._open:
            self._leave()

    def _leave(self):
        key, wall, cpu, wall_below, cpu_below = self._open.pop()
        wall, cpu = self._w() - wall, self._c() - cpu
        stat = self._profile.functions.setdefault(key, Stat())
        stat.calls += 1
        stat.wall += wall - wall_below
        stat.cpu += cpu - cpu_below
        if self._open:
            self._open[-1][3] += wall
            self._open[-1][4] += cpu
