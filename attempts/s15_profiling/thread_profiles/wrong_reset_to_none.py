"""Sets threading.setprofile to None at the end, and not to what it was: somebody else's is gone.

Rejected by: test_listeners_from_before
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


def _profiler(functions, wall, cpu):
    open_calls = []  # key, start wall, start cpu, child wall, child cpu

    def listen(frame, event, arg):
        if event == "call":
            key = frame.f_globals["__name__"] + "." + frame.f_code.co_qualname
            functions.setdefault(key, Stat()).calls += 1
            open_calls.append([key, wall(), cpu(), 0.0, 0.0])
        elif event == "return" and open_calls:
            w, c = wall(), cpu()
            key, w0, c0, cw, cc = open_calls.pop()
            functions[key].wall += w - w0 - cw
            functions[key].cpu += c - c0 - cc
            if open_calls:
                open_calls[-1][3] += w - w0
                open_calls[-1][4] += c - c0

    return listen


def profile_tasks(tasks, *, wall=time.perf_counter, cpu=time.thread_time):
    results = {}
    threads = []
    for name, task in tasks.items():
        results[name] = TaskProfile()

        def work(task=task, result=results[name]):
            sys.setprofile(_profiler(result.functions, wall, cpu))
            try:
                task()
            except BaseException as exc:
                result.error = exc
            sys.setprofile(None)

        threads.append(threading.Thread(target=work, daemon=True))
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    threading.setprofile(None)
    return results
