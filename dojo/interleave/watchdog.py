"""Notices a thread that blocks, or computes, where the scheduler cannot see it."""

from __future__ import annotations

import _thread
import contextlib
import ctypes
import glob
import math
import signal
import sys
import traceback

from .errors import Abandoned, BlockedOutsideError
from .run import Run

LOOK, LOOKS = 0.5, 8
"""Seconds between two looks at a run, and how many of them in a row must find no step made: then it is given up.
Many short ones, so that a machine that stands still for a while counts as one. One in which this process had to wait
for a processor for the better part does not count."""


class Watchdog:
    """A thread of its own that looks at the run now and then."""

    def __init__(self) -> None:
        self.run: Run | None = None
        self._over = _thread.allocate_lock()
        self._over.acquire()
        _thread.start_new_thread(self._watch, ())

    def stop(self) -> None:
        self._over.release()

    def _watch(self) -> None:
        seen: object = None
        times, waited = 0, math.inf
        while not self._over.acquire(timeout=LOOK):
            run = self.run
            now, before, waited = _state_of(run), waited, _waited()
            if now is None or now != seen:
                seen, times = now, 0
            elif waited - before < LOOK / 2:
                times += 1
            if times == LOOKS and run is not None:
                self._give_up(run)

    def _give_up(self, run: Run) -> None:
        task = run.current
        frame = sys._current_frames().get(task.ident)
        stack = "".join(traceback.format_stack(frame)[-6:]) if frame is not None else "  (no Python frame)\n"
        del frame
        error = BlockedOutsideError(
            f"blocked outside the scheduler: {task.name} has made no step for {LOOK * LOOKS:g} seconds. "
            "It blocks or computes where no schedule can reach it: a socket, a subprocess, a lock of "
            f"multiprocessing, a long call into C. It is here:\n{stack}"
        )
        run.error = run.error or error
        run.failed_by = task
        run.aborting = True
        main = run.tasks[0]
        if task is main:
            _interrupt(task.ident)
        else:
            if sys.version_info >= (
                3,
                12,
            ):  # 3.11 spins in traced code while another thread has not taken its exception
                end = ctypes.py_object(Abandoned)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(task.ident), end)
            run.survivors.append(task)
            run.current, run.ident = main, main.ident
            main.baton.release()


def _state_of(run: Run | None) -> object:
    """What changes with every step; None where there is nothing to watch: not begun, or failed already."""
    if run is None or not run.tasks or run.aborting:
        return None
    return id(run), run.steps, run.turns, run.current.index


def _waited() -> float:
    """Seconds that threads of this process could have run while the machine ran others; 0.0 where nobody counts them.

    Linux does: the second number of a thread's schedstat (Documentation/scheduler/sched-stats), in nanoseconds.
    """
    nanoseconds = 0
    for file in glob.glob("/proc/self/task/*/schedstat"):
        with contextlib.suppress(OSError, ValueError, IndexError), open(file, encoding="ascii") as numbers:
            nanoseconds += int(numbers.read().split()[1])
    return nanoseconds / 1e9


def _interrupt(ident: int) -> None:
    """Wake the main thread from a call that blocks."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(ident, signal.SIGINT)
    else:
        _thread.interrupt_main()
