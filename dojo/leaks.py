"""What a test leaves behind: threads, child processes, shared-memory blocks, and on request open descriptors.

Part of every kata's tests (see `register`). What was there before the test is not its fault; what ends by itself within
GRACE seconds is no leak, except for a child process that nobody has waited for.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from multiprocessing import heap, shared_memory
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from dojo import proc
from dojo.processes import is_running

GRACE = 1.0
TICK = 0.01
_OTHERS = ("dojo-", "pytest", "Trio thread")
"""Threads that are not the answer's: ours, and Trio's, which wait for the next work for a while."""
_LIBRARY = (os.path.dirname(os.__file__), os.path.dirname(__file__))


class LeakError(AssertionError):
    """Something was left. The text names it, and the line that started it."""


class Leaks:
    """Looks from its making on. `left()` tells what has been left since then."""

    def __init__(self) -> None:
        self._threads = set(threading.enumerate())
        self._children = _children()
        self._lines: weakref.WeakKeyDictionary[threading.Thread, str] = weakref.WeakKeyDictionary()
        self._blocks: dict[str, str] = {}
        self._processes: dict[int, tuple[str, str]] = {}
        self._undo = contextlib.ExitStack()
        self._watch(threading.Thread, "start", self._note)
        self._watch(BaseProcess, "start", self._note_process)
        self._watch(shared_memory.SharedMemory, "__init__", self._note_block)

    def stop(self) -> None:
        """No longer note who is started where."""
        self._undo.close()

    def left(self) -> list[str]:
        """What is still there, after waiting for it, in words."""
        unjoined = {pid for pid in self._new_children() if not is_running(pid)}
        deadline = time.monotonic() + GRACE
        while (self._running() or self._new_children() - unjoined) and time.monotonic() < deadline:
            time.sleep(TICK)
        found = [f"thread {thread.name}{self._line(thread)}" for thread in self._running()]
        for pid in sorted(self._new_children() | unjoined):
            name, line = self._processes.get(pid) or (f"{pid} {_command(pid)}".rstrip(), "")
            state = "is still running" if pid not in unjoined else "has ended, but nobody waited for it"
            found.append(f"process {name}{line and f', started at {line}'} {state}")
        for block, line in self._blocks.items():
            if Path("/dev/shm", block.lstrip("/")).exists():
                found.append(f"shared-memory block {block}, made at {line}")
        return found

    def clear_away(self) -> None:
        """End the processes that are left, and remove the blocks."""
        for pid in self._new_children():
            with contextlib.suppress(OSError):
                os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
            with contextlib.suppress(OSError):
                os.waitpid(pid, 0)
        for block in self._blocks:
            with contextlib.suppress(OSError):
                Path("/dev/shm", block.lstrip("/")).unlink()

    def _new_children(self) -> set[int]:
        """Children since then: this process's own, and those that a fork server has made for it."""
        return (_children() - self._children) | {pid for pid in self._processes if is_running(pid)}

    def _running(self) -> list[threading.Thread]:
        current = threading.current_thread()
        return [
            thread
            for thread in threading.enumerate()
            if thread not in self._threads and thread is not current and not thread.name.startswith(_OTHERS)
        ]

    def _line(self, thread: threading.Thread) -> str:
        line = self._lines.get(thread, "")
        return f", started at {line}" if line else ""

    def _note(self, thread: threading.Thread) -> None:
        self._lines[thread] = _caller()

    def _note_process(self, process: BaseProcess) -> None:
        if process.pid is not None:
            self._processes[process.pid] = (process.name, _caller())

    def _note_block(self, block: shared_memory.SharedMemory, name: Any = None, create: bool = False, *_: Any) -> None:
        if create:
            self._blocks[block.name] = _caller()

    def _watch(self, cls: type, name: str, note: Callable[..., None]) -> None:
        real = getattr(cls, name)

        def noted(self: Any, *args: Any, **kwargs: Any) -> Any:
            result = real(self, *args, **kwargs)
            note(self, *args, **{key: value for key, value in kwargs.items() if key in ("name", "create")})
            return result

        setattr(cls, name, noted)
        self._undo.callback(setattr, cls, name, real)


def _caller() -> str:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith(_LIBRARY):
        frame = frame.f_back
    if frame is None:
        return "?"
    return f"{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"


def _children() -> set[int]:
    """The child processes of this one, ended ones that nobody has waited for included; not multiprocessing's own."""
    if sys.platform.startswith("linux"):
        found = proc.children()
    else:
        found = {child.pid for child in multiprocessing.active_children() if child.pid}
    return found - _helpers()


def _helpers() -> set[int]:
    """multiprocessing's resource tracker and fork server, if there are any."""
    tracker = getattr(sys.modules.get("multiprocessing.resource_tracker"), "_resource_tracker", None)
    pids = (getattr(tracker, "_pid", None), getattr(_fork_server(), "_forkserver_pid", None))
    return {pid for pid in pids if isinstance(pid, int)}


def _fork_server() -> object:
    """What multiprocessing knows of its fork server; None if nothing has asked for it."""
    return getattr(sys.modules.get("multiprocessing.forkserver"), "_forkserver", None)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")[:60].strip()
    except OSError:
        return ""


@contextlib.contextmanager
def no_descriptor_left() -> Iterator[None]:
    """Raises LeakError if more descriptors are open afterwards, garbage collected (where /proc tells)."""
    _start_helpers()
    before = _descriptors()
    yield
    gc.collect()
    left = {number: target for number, target in _descriptors().items() if before.get(number) != target}
    if left:
        raise LeakError("left open: " + ", ".join(f"{target} (descriptor {number})" for number, target in left.items()))


def _start_helpers() -> None:
    """What multiprocessing would start on first use, and keep: helpers, and the memory from which it cuts Values."""
    heap.BufferWrapper(1)
    if sys.platform != "win32":
        from multiprocessing import forkserver, resource_tracker

        resource_tracker.ensure_running()
        if multiprocessing.get_start_method() == "forkserver":
            forkserver.ensure_running()


def _descriptors() -> dict[str, str]:
    found = {}
    for entry in os.scandir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else ():
        with contextlib.suppress(OSError):
            found[entry.name] = os.readlink(entry.path)
    found.pop(str(getattr(_fork_server(), "_forkserver_alive_fd", None)), None)  # multiprocessing keeps it
    return {number: target for number, target in found.items() if not target.startswith("/proc/")}


_LEAKS = pytest.StashKey[Leaks]()


class _NothingLeft:
    """Each kata's test leaves nothing."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        if not getattr(item.getparent(pytest.Module), "kata", None):
            return (yield)
        leaks = item.stash[_LEAKS] = Leaks()
        left: list[str] = []
        try:
            result = yield
            left = leaks.left()  # not after a failure, which tells enough: what is left is waited for
        finally:
            leaks.clear_away()
        if left:
            raise LeakError("the test is over, and this is left:\n  " + "\n  ".join(left))
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Iterator[None]:
        try:
            return (yield)
        finally:  # after monkeypatch, which puts back what it found
            if _LEAKS in item.stash:
                item.stash[_LEAKS].stop()
                del item.stash[_LEAKS]


def register(config: pytest.Config) -> None:
    """Let every kata's test fail that leaves something."""
    config.pluginmanager.register(_NothingLeft(), "dojo-leaks")
