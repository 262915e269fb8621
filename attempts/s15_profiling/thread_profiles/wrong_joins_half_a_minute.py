"""Waits half a minute for each task, and returns without those that take longer.

Rejected by: test_long_task
"""

import sys
import threading
import time
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
        """The key with the most own time; of several the one that sorts first. ValueError: no functions."""
        return min(self.functions, key=lambda key: (-getattr(self.functions[key], by), key))


class Listener:
    def __init__(self, profile, wall, cpu):
        self.profile, self.wall, self.cpu = profile, wall, cpu
        self.stack = []
        self.last = wall(), cpu()

    def __call__(self, frame, event, arg):
        now = self.wall(), self.cpu()
        if self.stack:
            top = self.stack[-1]
            top.wall += now[0] - self.last[0]
            top.cpu += now[1] - self.last[1]
        self.last = now
        if event == "call":
            key = f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}"
            stat = self.profile.functions.setdefault(key, Stat())
            stat.calls += 1
            self.stack.append(stat)
        elif event == "return" and self.stack:
            self.stack.pop()


def profile_tasks(tasks, *, wall=time.perf_counter, cpu=time.thread_time):
    profiles = {name: TaskProfile() for name in tasks}

    def run(profile, task):
        listener = Listener(profile, wall, cpu)
        sys.setprofile(listener)
        try:
            task()
        except BaseException as error:
            profile.error = error
        finally:
            sys.setprofile(None)

    threads = [threading.Thread(target=run, args=(profiles[name], task)) for name, task in tasks.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return profiles
