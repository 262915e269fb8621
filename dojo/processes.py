"""For tests that start real processes: every start method, a bounded wait that says why, and who was started how.

    def test_all_come_back(start_method):               # once for each start method of the platform
        assert within(lambda: run_all(jobs)) == results  # never hangs: says which child died, or is stuck
"""

from __future__ import annotations

import contextlib
import itertools
import math
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

import pytest

from dojo import guard, proc, standstill

R = TypeVar("R")

SECONDS = 30.0
"""How long `within` waits: many times what a right answer needs on a busy machine."""
GRACE = 2.0
"""Seconds for a call to come back after all its children have ended."""
STILL = 1.0
"""Seconds in which nobody has run, and everybody waits without a timeout, after which they wait for ever."""
TICK, LONGEST = 0.01, 0.1
"""Seconds between two looks: the longer it takes, the longer, so that a long wait costs little."""


class StuckCallError(AssertionError):
    """The call did not come back. The text says what became of its children and where it stands."""


@dataclass(frozen=True)
class Started:
    """A child process that was started: `method` is the start method of its context, or the default one."""

    process: BaseProcess
    pid: int
    name: str
    method: str


class Children(list[Started]):
    """Those that were started, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.beginning: list[BaseProcess] = []
        """Those whose start is under way."""


@contextlib.contextmanager
def started() -> Iterator[Children]:
    """The child processes that multiprocessing starts meanwhile. A start that fails is not among them."""
    found = Children()
    real = BaseProcess.start

    def start(self: BaseProcess) -> None:
        found.beginning.append(self)
        try:
            real(self)
            method = getattr(self, "_start_method", None) or multiprocessing.get_start_method()
            found.append(Started(self, self.pid or 0, self.name, method))
        finally:
            found.beginning.remove(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseProcess, "start", start)
        yield found


@contextlib.contextmanager
def impatient(below: float = math.inf) -> Iterator[None]:
    """As if the time were over at once in each join() of a child process with a timeout below this (in seconds)."""
    real = BaseProcess.join

    def join(self: BaseProcess, timeout: float | None = None) -> None:
        real(self, 0 if timeout is not None and timeout < below else timeout)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseProcess, "join", join)
        yield


@contextlib.contextmanager
def impatient_pipes() -> Iterator[None]:
    """As if the time were over at once in each wait with a timeout for a pipe, or for a queue, which is made of one."""
    real = connection.wait

    def wait(objects: Any, timeout: float | None = None) -> Any:
        return real(objects, None if timeout is None else 0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "wait", wait)
        yield


@contextlib.contextmanager
def room_for(count: int, error: Exception) -> Iterator[None]:
    """As if the system had no memory for more child processes than these: each further start() raises the error."""
    real, tried = BaseProcess.start, itertools.count(1)

    def start(self: BaseProcess) -> None:
        if next(tried) > count:
            raise error
        real(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseProcess, "start", start)
        yield


def within(call: Callable[[], R], seconds: float = SECONDS) -> R:
    """What call() returns or raises; it runs in a thread named "main line" (contextvars and all are its own).

    Raises StuckCallError if it has not ended after so many seconds, or still waits although every child it started
    has ended, or although all wait for each other. Children that are left then are killed. On a busy machine, time in
    which others ran instead of one of these children does not count, up to as many seconds again.
    """
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append((True, call()))
        except BaseException as error:
            outcome.append((False, error))

    thread = threading.Thread(target=run, name="main line", daemon=True)
    with started() as children:
        patience = _Patience(children, seconds)
        thread.start()
        while True:
            thread.join(patience.pause())
            if not thread.is_alive():
                break
            why = patience.is_over()
            if why:
                raise _stuck(thread, children, why)
    succeeded, value = outcome[0]
    if succeeded:
        return value  # type: ignore[no-any-return]
    try:
        outcome.clear()
        raise value
    finally:
        del value  # its traceback holds this frame: without this, all that its frames hold would live on


class _Patience:
    """Knows when waiting for a call that has started these children is in vain."""

    def __init__(self, children: Children, seconds: float) -> None:
        self._children, self._seconds = children, seconds
        self._start = self._ended_at = self._still_at = time.monotonic()
        self._state: frozenset[str] | None = None
        self._waited: dict[int, float] = {}

    def pause(self) -> float:
        """Seconds to wait before the next look."""
        return min(max((time.monotonic() - self._start) / 20, TICK), LONGEST)

    def is_over(self) -> str:
        """Look: why it will never come back, or has had its time; "" while it may."""
        now = time.monotonic()
        begun = bool(self._children) and not self._children.beginning
        ended = begun and not any(is_running(child.pid) for child in self._children)
        if not ended:
            self._ended_at = now
        before, self._state = self._state, standstill.state()
        if self._state is None or self._state != before:
            self._still_at = now
        still = now > self._still_at + STILL
        if ended and (still or now > self._ended_at + GRACE):
            return "waits for ever: all its children have ended"
        if still:
            return "waits for ever: nobody can go on, each thread waits for another"
        for child in self._children:
            self._waited[child.pid] = max(guard.waited(child.pid), self._waited.get(child.pid, 0.0))
        if now > self._start + self._seconds + min(sum(self._waited.values()), self._seconds):
            return f"still not back after {self._seconds:g} seconds"
        return ""


def is_running(pid: int) -> bool:
    """Whether the process exists and has not ended. Does not wait for it, so that whoever started it still can."""
    try:
        state = proc.life(Path(f"/proc/{pid}"))
    except OSError:
        if sys.platform.startswith("linux"):
            return False
        return _answers(pid)
    return state not in (b"Z", b"X")


def _answers(pid: int) -> bool:
    if sys.platform == "win32":
        return any(child.pid == pid for child in multiprocessing.active_children())
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _stuck(thread: threading.Thread, children: list[Started], why: str) -> StuckCallError:
    frame = sys._current_frames().get(thread.ident or 0)
    stack = "".join(traceback.format_list(_own(traceback.extract_stack(frame)))) if frame else ""
    fates = [f"  {child.name}: {_fate(child)}" for child in children] or ["  (it has started none)"]
    running = [child.pid for child in children if is_running(child.pid)]
    for pid in running:
        with contextlib.suppress(OSError):
            os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    if running:
        thread.join(GRACE)  # it may have waited for one of them
    return StuckCallError("\n".join([why, "its child processes:", *fates, "it waits here:", stack]))


def _fate(child: Started) -> str:
    if is_running(child.pid):
        return "still running"
    with contextlib.suppress(Exception):
        code = child.process.exitcode
        if code is not None and code < 0:
            return f"was ended by {signal.Signals(-code).name}"
        if code is not None:
            return f"ended with exit code {code}"
    return "has ended"


def _own(stack: traceback.StackSummary) -> list[traceback.FrameSummary]:
    """The part of the stack that is not this module's and not the standard library's insides."""
    library = os.path.dirname(os.__file__)
    steps = [step for step in stack if not step.filename.startswith((library, __file__))]
    return steps or list(stack)


@pytest.fixture(params=multiprocessing.get_all_start_methods())
def start_method(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each start method of this platform in turn, as the default one."""
    before = multiprocessing.get_start_method(allow_none=True)
    multiprocessing.set_start_method(request.param, force=True)
    try:
        yield request.param
    finally:
        multiprocessing.set_start_method(before, force=True)
