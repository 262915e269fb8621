"""A controlled thread, and what it waits for."""

from __future__ import annotations

import _thread
import sys
import threading
import weakref
from collections.abc import Callable
from types import FrameType
from typing import Any

from .values import own_attributes
from .watched import is_watched_file


class Wait:
    """What a thread waits for."""

    __slots__ = ("deadline", "early", "expired", "last", "obj", "ready", "text", "where")

    def __init__(
        self,
        ready: Callable[[], bool],
        text: str,
        obj: object = None,
        deadline: float | None = None,
        early: bool = False,
        last: bool = False,
    ) -> None:
        self.ready = ready
        self.text = text
        """What it waits for, in words, after "waits for"."""
        self.obj = obj
        """The primitive or task, for the wait-for graph."""
        self.deadline = deadline
        """Virtual time at which it gives up, or None."""
        self.early = early
        """May a schedule let the time pass while others could still run?"""
        self.last = last
        """Ready only when nobody else can run (`settle`)."""
        self.expired = False
        self.where = ""


class Task:
    """A controlled thread."""

    def __init__(self, index: int, thread: threading.Thread, daemon: bool) -> None:
        self.index = index
        self._thread = weakref.ref(thread)
        self._name = ""
        self.daemon = daemon
        self.ident = 0
        self.baton = _thread.allocate_lock()
        self.baton.acquire()
        self.wait: Wait | None = None
        self.steps = 0
        self.stops = 0
        """How often it could not go on (a wait or its end)."""
        self.finished = False
        self.joined = False
        """Has its end been waited for?"""
        self.held: list[Any] = []
        """The locks that it has taken and that nobody has released since."""
        self.locals: list[weakref.ref[Any]] = []
        """The thread-locals that it has used, as far as they are known."""
        self.atomic = 0
        """> 0 while it is inside an operation of a primitive that is one step."""
        self.peeks = False
        """Does it look at a value for the picture? Then it may not wait."""
        self.label = ""
        """The operation it is in, for reports ("Barrier.wait()")."""
        self.lazy = False
        """True while it goes round a loop that can only end when somebody else does something."""
        self.idle = 0
        self.seen_changes = 0
        self.visits: dict[object, int] = {}
        self.rounds = 0
        self.stride = 1
        """A loop that makes progress of its own is looked at ever more rarely."""
        self.gone: Callable[[], object] = lambda: None

    @property
    def thread(self) -> threading.Thread | None:
        """None when it has ended and the program has let go of it, with all that it carries."""
        return self._thread()

    @property
    def name(self) -> str:
        thread = self._thread()
        return self._name if thread is None else thread.name

    def end(self) -> None:
        """It will not run any more."""
        self._name = self.name
        self.finished = True

    def forget_locals(self) -> None:
        """In a thread that ends: let go of what it keeps in thread-locals. That may run code of the program."""
        while self.locals:
            used = self.locals.pop()()
            if used is not None:
                own_attributes(used).clear()

    def stands_at(self) -> FrameType | None:
        """The innermost frame of watched code that it is in."""
        frame = sys._current_frames().get(self.ident)
        while frame is not None and not is_watched_file(frame.f_code.co_filename):
            frame = frame.f_back
        return frame

    def can_run(self) -> bool:
        wait = self.wait
        return wait is None or wait.ready()

    def is_eager(self) -> bool:
        """Can it run, and is there more for it to do than to go round a loop or to wait for everybody else?"""
        return not self.lazy and self.can_run() and not (self.wait is not None and self.wait.last)


if sys.version_info >= (3, 13):
    _HANDLE = "_os_thread_handle" if sys.version_info >= (3, 14) else "_handle"

    def start_thread(task: Task, life: Callable[[], None]) -> None:
        handle = _thread.start_joinable_thread(life, daemon=True)
        task.ident = handle.ident
        task.gone = handle.join
        setattr(task.thread, _HANDLE, handle)
else:

    def start_thread(task: Task, life: Callable[[], None]) -> None:
        def bootstrap() -> None:
            sentinel = _thread._set_sentinel()
            sentinel.acquire()
            task.gone = lambda: sentinel.acquire() and sentinel.release()
            task.thread._tstate_lock = sentinel  # type: ignore[attr-defined]
            life()

        task.ident = _thread.start_new_thread(bootstrap, ())
