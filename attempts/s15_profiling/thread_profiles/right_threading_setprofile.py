"""threading.setprofile while the threads start, one call at a time, then put back what was there."""

import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType
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


class Listener(threading.local):
    """What one thread knows while it listens to itself."""

    def __init__(self, profiles, wall, cpu) -> None:
        self.profiles, self.wall, self.cpu = profiles, wall, cpu
        self.profile = profiles.get(threading.current_thread().name)
        self.stack = []

    def __call__(self, frame: FrameType, event: str, arg: object) -> None:
        if self.profile is None or event not in ("call", "return"):
            return
        if self.stack:
            self.stack[-1].wall += self.wall() - self.since[0]
            self.stack[-1].cpu += self.cpu() - self.since[1]
        if event == "call":
            key = frame.f_globals["__name__"] + "." + frame.f_code.co_qualname
            self.stack.append(self.profile.functions.setdefault(key, Stat()))
            self.stack[-1].calls += 1
        elif self.stack:
            self.stack.pop()
        self.since = self.wall(), self.cpu()


starting = threading.Lock()


def profile_tasks(
    tasks: Mapping[str, Callable[[], object]],
    *,
    wall: Callable[[], float] = time.perf_counter,
    cpu: Callable[[], float] = time.thread_time,
) -> dict[str, TaskProfile]:
    profiles = {name: TaskProfile() for name in tasks}

    def run(task, profile):
        try:
            task()
        except BaseException as error:
            profile.error = error
        finally:
            sys.setprofile(None)

    names = {f"task {name} {id(profiles)}": profile for name, profile in profiles.items()}
    threads = [
        threading.Thread(target=run, args=(task, profile), name=name)
        for (name, profile), task in zip(names.items(), tasks.values())
    ]
    with starting:
        before = threading.getprofile()
        threading.setprofile(Listener(names, wall, cpu))
        try:
            for thread in threads:
                thread.start()
        finally:
            threading.setprofile(before)
    for thread in threads:
        thread.join()
    return profiles
