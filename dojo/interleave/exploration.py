"""Sets the stage for the runs of one search, and clears it again."""

from __future__ import annotations

import _thread
import contextlib
import functools
import gc
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from . import patches, report, watch
from . import run as _run
from .errors import Abandoned, InterleaveError
from .run import STEP_LIMIT, Policy, Run
from .watchdog import Watchdog


class Exploration:
    """While it is entered, programs run under control: primitives replaced, watched code stopped at its sites,
    the process on one CPU (a handover costs a tenth there), the cyclic garbage collector at rest between runs.

    Everything is put back when it is left.
    """

    def __init__(
        self,
        program: Callable[[], Any],
        *,
        step_limit: int | None = None,
        timeouts: bool = False,
        naps: bool = False,
        roots: tuple[Any, ...] = (),
    ):
        self.program = program
        self.step_limit = step_limit or STEP_LIMIT
        self.timeouts = timeouts
        self.naps = naps
        self.roots = (program, *roots)
        self.runs = 0

    def __enter__(self) -> Exploration:
        if _run.active is not None:
            raise InterleaveError("an exploration is under way already: @interleave and outcomes() do not nest")
        self._run: Run | None = None
        with contextlib.ExitStack() as undo:
            _pin(undo)
            _hear_interrupts(undo)
            _rest_collector(undo)
            undo.callback(self._wait_for_exits, _thread._count())
            self._watcher = watch.make_watcher(self._on_site, self._current_ident)
            self._watcher.start()
            undo.callback(self._watcher.stop)
            _silence_abandoned(undo)
            installed = patches.Patches()
            undo.callback(installed.restore)
            installed.install(*self.roots)
            self._watchdog = Watchdog()
            undo.callback(self._watchdog.stop)
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *exc: object) -> None:
        self._run = None
        self._undo.close()

    def _on_site(self, site: Any, frame: Any) -> None:
        if self._run is not None:
            self._run.on_site(site, frame)

    def _current_ident(self) -> int | None:
        run = _run.active
        return run.ident if run is not None else None

    @staticmethod
    def _wait_for_exits(before: int) -> None:
        """The last bytecodes of ended threads: over in microseconds."""
        deadline = time.monotonic() + 1.0
        while _thread._count() > before and time.monotonic() < deadline:
            time.sleep(0.0002)

    def run(self, policy: Policy, narrator: Any = None) -> Run:
        """Run the program once under this policy."""
        self.runs += 1
        if self.runs % 64 == 0:
            gc.collect(0)
        run = Run(
            policy,
            step_limit=self.step_limit,
            timeouts=self.timeouts,
            long_naps=self.naps,
            narrator=narrator,
            enter_thread=self._watcher.enter_thread,
            leave_thread=self._watcher.leave_thread,
            explain=report.explain,
            explain_cycle=report.sure_cycle,
            locals_of=watch.locals_of,
        )
        self._run = self._watchdog.run = run
        try:
            run.execute(self.program)
        finally:
            self._watchdog.run = None
        return run


def _silence_abandoned(undo: contextlib.ExitStack) -> None:
    """An executor logs what ends its workers; that a run was abandoned is no news."""
    logger = logging.getLogger("concurrent.futures")

    def is_news(record: logging.LogRecord) -> bool:
        return record.exc_info is None or not isinstance(record.exc_info[1], Abandoned)

    logger.addFilter(is_news)
    undo.callback(logger.removeFilter, is_news)


def _rest_collector(undo: contextlib.ExitStack) -> None:
    """Finalizers at arbitrary moments would make runs differ. What exists already is set aside, so that a program's
    own gc.collect() is quick."""
    if gc.isenabled():
        gc.disable()
        undo.callback(gc.enable)
    if not _is_frozen():
        gc.freeze()
        undo.callback(gc.unfreeze)


@functools.cache
def _is_frozen() -> bool:
    """Has this process set its objects aside itself? Asked once: the answer takes milliseconds."""
    return gc.get_freeze_count() > 0


def _hear_interrupts(undo: contextlib.ExitStack) -> None:
    """The watchdog wakes a main thread that blocks by SIGINT. Who is started in the background ignores it."""
    if threading.current_thread() is threading.main_thread():
        before = signal.getsignal(signal.SIGINT)
        if before in (signal.SIG_IGN, signal.SIG_DFL):
            signal.signal(signal.SIGINT, signal.default_int_handler)
            undo.callback(signal.signal, signal.SIGINT, before)


def _pin(undo: contextlib.ExitStack) -> None:
    """Keep this thread, and those it starts, on one CPU; each pytest-xdist worker on one of its own."""
    if not hasattr(os, "sched_setaffinity") or threading.current_thread() is not threading.main_thread():
        return
    cpus = os.sched_getaffinity(0)
    if len(cpus) > 1:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "")
        number = int(worker[2:]) if worker[2:].isdigit() else os.getpid()
        os.sched_setaffinity(0, {sorted(cpus)[number % len(cpus)]})
        undo.callback(os.sched_setaffinity, 0, cpus)
