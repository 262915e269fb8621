"""What a task that is a builtin does between two Python functions is charged to the next one.

Rejected by: test_task_is_a_builtin
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


class _Listener:
    def __init__(self, wall, cpu):
        self.clocks = wall, cpu
        self.profile = TaskProfile()
        self.stack = []
        self.last = None
        self.idle = None

    def __call__(self, frame, event, arg):
        if event not in ("call", "return"):
            return
        wall, cpu = self.clocks[0](), self.clocks[1]()
        if self.stack:
            top = self.stack[-1]
            top.wall += wall - self.last[0]
            top.cpu += cpu - self.last[1]
        if event == "call":
            key = f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}"
            stat = self.profile.functions.setdefault(key, Stat())
            stat.calls += 1
            self.stack.append(stat)
            if self.idle:
                stat.wall += wall - self.idle[0]
                stat.cpu += cpu - self.idle[1]
                self.idle = None
        elif self.stack:
            self.stack.pop()
        self.last = self.clocks[0](), self.clocks[1]()
        if not self.stack:
            self.idle = self.last

    def run(self, task, gate):
        gate.wait()
        sys.setprofile(self)
        try:
            task()
        except BaseException as error:
            self.profile.error = error
        finally:
            sys.setprofile(None)


def profile_tasks(tasks, *, wall=time.perf_counter, cpu=time.thread_time):
    tasks = dict(tasks)
    gate = threading.Event()
    listeners = {name: _Listener(wall, cpu) for name in tasks}
    threads = [threading.Thread(target=listeners[name].run, args=(task, gate)) for name, task in tasks.items()]
    for t in threads:
        t.start()
    gate.set()
    for t in threads:
        t.join()
    return {name: listener.profile for name, listener in listeners.items()}
