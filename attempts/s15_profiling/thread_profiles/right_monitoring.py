"""sys.monitoring where there is one (3.12), with one tool for all calls and a look-up by thread; else sys.setprofile."""

import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any, Literal


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
        return sorted(self.functions, key=lambda key: (-getattr(self.functions[key], by), key))[:1][0] if (
            self.functions
        ) else _nothing()


def _nothing() -> str:
    raise ValueError("an empty profile")


class Books:
    def __init__(self, profile: TaskProfile, wall: Callable[[], float], cpu: Callable[[], float]) -> None:
        self.profile, self.wall, self.cpu = profile, wall, cpu
        self.stack: list[Stat] = []
        self.last = (0.0, 0.0)
        self.writing = False

    def event(self, entered: str | None) -> None:
        if self.writing:  # the clocks may be Python functions too
            return
        self.writing = True
        now = self.wall(), self.cpu()
        if self.stack:
            self.stack[-1].wall += now[0] - self.last[0]
            self.stack[-1].cpu += now[1] - self.last[1]
        if entered is not None:
            self.stack.append(self.profile.functions.setdefault(entered, Stat()))
            self.stack[-1].calls += 1
        elif self.stack:
            self.stack.pop()
        self.last = now
        self.writing = False


lock = threading.Lock()
books_of: dict[int, Books] = {}
callers = 0
TOOL = 2


def _key(frame: FrameType) -> str:
    return f"{frame.f_globals['__name__']}.{frame.f_code.co_qualname}"


def _entered(code: CodeType, offset: int, *thrown: object) -> None:
    books = books_of.get(threading.get_ident())
    if books is not None:
        books.event(_key(sys._getframe(1)))


def _left(code: CodeType, offset: int, result: object) -> None:
    books = books_of.get(threading.get_ident())
    if books is not None:
        books.event(None)


def _listen(on: bool) -> None:
    global callers
    monitoring: Any = getattr(sys, "monitoring", None)
    if monitoring is None:
        return
    with lock:
        callers += 1 if on else -1
        events = monitoring.events
        entered = (events.PY_START, events.PY_RESUME, events.PY_THROW)
        callbacks = dict.fromkeys(entered, _entered) | dict.fromkeys(
            (events.PY_RETURN, events.PY_YIELD, events.PY_UNWIND), _left
        )
        if on and callers == 1:
            monitoring.use_tool_id(TOOL, "thread profiles")
            for event, callback in callbacks.items():
                monitoring.register_callback(TOOL, event, callback)
            monitoring.set_events(TOOL, sum(callbacks))  # each is a bit of its own
        elif not on and callers == 0:
            monitoring.set_events(TOOL, 0)
            for event in callbacks:
                monitoring.register_callback(TOOL, event, None)
            monitoring.free_tool_id(TOOL)


def _run(task: Callable[[], object], books: Books) -> None:
    def listen(frame: FrameType, event: str, arg: object) -> None:
        if event in ("call", "return"):
            books.event(_key(frame) if event == "call" else None)

    ident = threading.get_ident()
    if not hasattr(sys, "monitoring"):
        sys.setprofile(listen)
    else:
        books_of[ident] = books
    try:
        task()
    except BaseException as error:
        books.profile.error = error
    finally:
        sys.setprofile(None)
        books_of.pop(ident, None)


def profile_tasks(
    tasks: Mapping[str, Callable[[], object]],
    *,
    wall: Callable[[], float] = time.perf_counter,
    cpu: Callable[[], float] = time.thread_time,
) -> dict[str, TaskProfile]:
    books = {name: Books(TaskProfile(), wall, cpu) for name in tasks}
    _listen(True)
    try:
        threads = [threading.Thread(target=_run, args=(task, books[name])) for name, task in tasks.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        _listen(False)
    return {name: book.profile for name, book in books.items()}
