"""A pool of as many threads as there are tasks: a thread whose task is soon done gets the next one too.

Rejected by: test_a_thread_for_each_task
"""

import sys
from concurrent.futures import ThreadPoolExecutor
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


def _listen(wall, cpu, functions):
    """Sent (event, key): keeps the stack."""
    path = []
    before = wall(), cpu()
    while True:
        event, key = yield
        now = wall(), cpu()
        if path:
            stat = functions[path[-1]]
            stat.wall += now[0] - before[0]
            stat.cpu += now[1] - before[1]
        before = now
        if event == "call":
            functions.setdefault(key, Stat()).calls += 1
            path.append(key)
        elif event == "return" and path:
            path.pop()


def profile_tasks(tasks, *, wall=time.perf_counter, cpu=time.thread_time):
    def one(task):
        functions = {}
        error = None
        memory = _listen(wall, cpu, functions)
        next(memory)

        def tell(frame, event, arg):
            memory.send((event, frame.f_globals["__name__"] + "." + frame.f_code.co_qualname))

        sys.setprofile(tell)
        try:
            task()
        except BaseException as problem:
            error = problem
        finally:
            sys.setprofile(None)
        return TaskProfile(functions, error)

    if not tasks:
        return {}

    def wait_and_run(task):
        return one(task)

    with ThreadPoolExecutor(len(tasks)) as pool:
        return dict(zip(tasks, pool.map(wait_and_run, tasks.values())))
