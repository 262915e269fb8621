"""What other threads are doing while a loop has nothing to do."""

from __future__ import annotations

import concurrent.futures.thread
import functools
import math
import os
import queue
import selectors
import sys
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from types import FrameType
from typing import Any

WORKS, WAITS, IDLE = "works", "waits", "idle"
"""What a thread does. Idle: certainly nothing before it is given work. Waits: for another thread, without a timeout."""

Seen = tuple[threading.Thread, FrameType | None]
"""A thread and where it stands."""

_HERE = os.path.dirname(__file__) + os.sep


class OtherThreads:
    """The threads beside the current one that are a test's own, and the jobs of its pools."""

    def __init__(self) -> None:
        self.here = threading.current_thread()
        """The one that runs the test."""
        self._before = set(threading.enumerate()) - {self.here}
        self._jobs: weakref.WeakKeyDictionary[Any, set[Future[Any]]] = weakref.WeakKeyDictionary()
        """Of pools of threads: jobs that are not done."""

    def seen(self) -> list[Seen]:
        """The threads that this test started, and the one that runs it, but not the current one."""
        if threading.active_count() == 1:
            return []
        here = threading.current_thread()
        others = [thread for thread in threading.enumerate() if thread is not here and thread not in self._before]
        frames = sys._current_frames() if others else {}
        return [(thread, frames.get(thread.ident or 0)) for thread in others]

    def state(self, thread: threading.Thread, frame: FrameType | None, patience: float = math.inf) -> str:
        """Works, waits or idle. A thread with a virtual-time loop of its own waits if nothing happens there within
        `patience` seconds of virtual time."""
        if frame is None:
            return WORKS
        code, names = frame.f_code, frame.f_locals
        if type(thread).__name__ == "_ExecutorManagerThread":
            return WORKS if getattr(thread, "pending_work_items", True) else IDLE
        worker = _caller_of_a_queue(frame)
        if worker.f_code.co_name == "_worker" and worker.f_code.co_filename == concurrent.futures.thread.__file__:
            own = worker.f_locals
            return WORKS if self._is_awaited(own["executor_reference"](), own["work_queue"]) else IDLE
        if code.co_filename == threading.__file__:
            return WAITS if _in_a_wait(frame) and names.get("timeout") in (None, -1) else WORKS
        while frame is not None and (
            frame.f_code.co_filename == selectors.__file__ or frame.f_code.co_filename.startswith(_HERE)
        ):
            sleeps = getattr(frame.f_locals.get("self"), "sleeps_for", None)  # a virtual-time loop's
            if sleeps is not None:
                return WAITS if sleeps(patience) else WORKS
            frame = frame.f_back
        if code.co_filename == selectors.__file__:
            return WAITS if names.get("timeout", 0) in (None, -1) else WORKS
        return WORKS

    def here_waits(self, for_timer: bool, others: list[Seen]) -> bool:
        """Does the test's own thread wait for another one, if only for some time?"""
        for thread, frame in others:
            if for_timer and thread is self.here and frame is not None:
                return frame.f_code.co_filename == threading.__file__ and _in_a_wait(frame)
        return False

    def _is_awaited(self, pool: Any, jobs: Any) -> bool:
        """Must a worker of this pool that is in no job's code go on all the same? It may have a job in hand."""
        if pool is None or pool._shutdown or jobs.qsize():
            return True
        return not all(job.running() or job.done() for job in list(self._jobs.get(pool, ())))

    def noted(self, submit: Callable[..., Future[Any]]) -> Callable[..., Any]:
        """`submit` of a pool of threads, which remembers the job until it is done."""

        @functools.wraps(submit)
        def noted(pool: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            return keep(submit(pool, fn, *args, **kwargs), self._jobs.setdefault(pool, set()))

        return noted


def keep(job: Future[Any], jobs: set[Future[Any]]) -> Future[Any]:
    """Among these jobs until it is done."""
    jobs.add(job)
    job.add_done_callback(jobs.discard)
    return job


def _caller_of_a_queue(frame: FrameType) -> FrameType:
    """This frame, or the first that is not a queue's own."""
    while frame.f_code.co_filename in (threading.__file__, queue.__file__) and frame.f_back is not None:
        frame = frame.f_back
    return frame


def _in_a_wait(frame: FrameType) -> bool:
    """Does this frame of threading.py wait for another thread, and has nobody ended the wait yet?"""
    if frame.f_code.co_name == "wait":
        return "waiter" in frame.f_locals and frame.f_locals["waiter"] in frame.f_locals["self"]._waiters
    if frame.f_code.co_name not in ("join", "_wait_for_tstate_lock"):
        return False
    return frame.f_locals.get("self") in threading.enumerate()  # else it has ended, all but the very last of it
