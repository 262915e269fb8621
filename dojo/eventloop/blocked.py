"""Notices that the main thread is blocked where the loop cannot: looks at it now and then, by a signal."""

from __future__ import annotations

import signal
import threading
import time
from asyncio import events
from types import FrameType

from dojo.taskstacks import where

from .errors import BlockedLoopError, BusyError, StuckError
from .loop import PATIENCE, VirtualTimeLoop
from .telling import other_threads
from .threads import WAITS, WORKS
from .watch import Watch

TICK = 0.2
"""Seconds between two looks."""

_real_monotonic = time.monotonic


class Dog:
    """Looks while it is entered; in the main thread, on systems with timers for signals."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._seen: object = None
        self._times = 0
        self._can = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()

    def __enter__(self) -> None:
        if self._can:
            self._began = _real_monotonic()
            self._handler = signal.signal(signal.SIGALRM, self._look)
            self._outer = signal.setitimer(signal.ITIMER_REAL, TICK, TICK)

    def __exit__(self, *exc_info: object) -> None:
        if self._can:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._handler)
            if self._outer[0]:
                left = self._outer[0] - (_real_monotonic() - self._began)
                signal.setitimer(signal.ITIMER_REAL, max(left, 0.001), self._outer[1])
            self._can = False

    def _look(self, signum: int, frame: FrameType | None) -> None:
        if self._outer[0] and _real_monotonic() - self._began > self._outer[0]:
            self.__exit__()  # the limit of the whole test: its turn
            return
        loops, threads = self._watch.loops, self._watch.threads
        seen = (id(frame), frame and frame.f_lasti, [loop.turns for loop in loops])
        self._times = self._times + 1 if seen == self._seen else 0
        self._seen = seen
        if self._times < 4 or frame is None or any(loop.idles for loop in loops if _runs_here(loop)):
            return
        others = threads.seen()
        hopeless = threads.state(threading.current_thread(), frame) == WAITS and not any(
            threads.state(*other) == WORKS for other in others
        )
        in_loop = events._get_running_loop() is not None
        if not hopeless and not (in_loop and self._times * TICK > PATIENCE):
            return
        self._times = 0
        for problem in self._watch.problems:
            if isinstance(problem, StuckError | BusyError):
                raise problem
        what = "the event loop is blocked" if in_loop else "the main thread waits for ever"
        raise self._watch.report(BlockedLoopError(f"{what}: {where(frame)}{other_threads(others)}"))


def _runs_here(loop: VirtualTimeLoop) -> bool:
    return getattr(loop, "_thread_id", None) == threading.get_ident()
