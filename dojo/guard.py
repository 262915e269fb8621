"""Limits on code that nobody has read yet: it may not run for ever, and it may not end the process.

Only the standard library is used here. Times are in seconds of real time.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

try:
    import faulthandler
except ImportError:  # in a sub-interpreter
    faulthandler = None  # type: ignore[assignment]

_monotonic = time.monotonic  # whatever a test does to it

#: How long after its limit code may go on swallowing interruptions until the process is ended, stacks shown.
LAST_RESORT = 15.0

#: Where the stacks go then. Set it to a stream that nobody captures.
last_words: TextIO | int = 2


class ExitCalled(BaseException):
    """`os._exit` was called in a process that has to go on."""

    def __init__(self, status: int) -> None:
        super().__init__(f"os._exit({status}) was called: it would have ended the whole run")
        self.status = status


@contextlib.contextmanager
def no_exit() -> Iterator[None]:
    """Inside, `os._exit` raises ExitCalled in this process; children made by fork may really call it."""
    owner, real = os.getpid(), os._exit

    def refuse(status: int) -> None:
        if os.getpid() != owner:
            real(status)
        raise ExitCalled(status)

    os._exit = refuse  # type: ignore[assignment]
    try:
        yield
    finally:
        os._exit = real


class _LastResort:
    """Ends the process with status 1, after the stacks of all threads.

    faulthandler does this in a thread. That thread does not survive a fork, but whoever sets or cancels it in
    the child waits for it for ever; so in a child of the process that set it there is none.
    """

    def __init__(self) -> None:
        self._owner: int | None = None

    def set(self, seconds: float) -> None:
        if faulthandler is not None and self._owner in (None, os.getpid()):
            self._owner = os.getpid()
            faulthandler.dump_traceback_later(seconds, exit=True, file=last_words)

    def cancel(self) -> None:
        if self._owner == os.getpid():
            self._owner = None
            faulthandler.cancel_dump_traceback_later()


last_resort = _LastResort()


def waited(whose: int | str = "thread-self") -> float:
    """Seconds that this thread could have run while the machine ran others; 0.0 where nobody counts them.

    With a pid: that process's main thread; 0.0 as well when it is gone.
    Linux does: the second number of /proc/thread-self/schedstat (Documentation/scheduler/sched-stats), nanoseconds.
    """
    try:
        with open(f"/proc/{whose}/schedstat", encoding="ascii") as numbers:
            return int(numbers.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


class Alarm:
    """Interrupts the main thread when the time is up, even if the first interruption is swallowed.

    `make_error()` returns what is raised. `guards(frame)` knows the frame that calls the code under the
    limit: nothing is raised while it is not on the stack, so that the code around it stays whole.
    From the second ring on the error is raised at the next line as well: that line is the `except` which
    swallowed the first one. Code that swallows everything for LAST_RESORT seconds more ends the process with
    status 1.
    Outside the main thread, and where there is no SIGALRM, only that last resort is left; in a sub-interpreter nothing.
    On a busy machine, time in which others ran does not count, up to `most` seconds in all.
    """

    def __init__(
        self,
        seconds: float,
        make_error: Callable[[], BaseException],
        guards: Callable[[FrameType], bool],
        most: float = 0.0,
    ) -> None:
        self._most = max(seconds, most)
        self._seconds, self._make_error, self._guards = seconds, make_error, guards
        self._rings = 0
        self._can_ring = (
            hasattr(signal, "setitimer")
            and threading.current_thread() is threading.main_thread()
            and faulthandler is not None
        )

    def set(self) -> None:
        self._tracer = sys.gettrace()
        if self._can_ring:
            self._handler = signal.signal(signal.SIGALRM, self._ring)
            self._pending = signal.setitimer(signal.ITIMER_REAL, self._seconds, 1.0)
        self._began, self._waited = _monotonic(), waited() if self._most > self._seconds else 0.0
        last_resort.set(self._seconds + LAST_RESORT)

    def cancel(self) -> None:
        last_resort.cancel()
        if self._can_ring:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._handler)
            if self._pending[0]:  # an outer limit was running: it goes on where it was
                signal.setitimer(signal.ITIMER_REAL, *self._pending)
        if self._rings > 1:
            sys.settrace(self._tracer)

    def __enter__(self) -> Alarm:
        self.set()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.cancel()

    def _ring(self, signum: int, frame: FrameType | None) -> None:
        inside: list[FrameType] = []  # from the interrupted frame out to the one that calls the guarded code
        while frame is not None:
            inside.append(frame)
            if self._guards(frame):
                break
            frame = frame.f_back
        else:
            return
        if not self._rings and self._most > self._seconds and (left := self._left()) > 0:
            signal.setitimer(signal.ITIMER_REAL, left, 1.0)
            last_resort.set(left + LAST_RESORT)
            return
        self._rings += 1
        error = self._make_error()  # now: tracing sees whatever is called after it was turned on
        if self._rings > 1:
            for step in inside[:-1]:
                step.f_trace = self._raise_at_line
            sys.settrace(self._raise_at_line)
        raise error

    def _left(self) -> float:
        """Seconds that the code has still, because others have run meanwhile."""
        gone = _monotonic() - self._began
        return min(self._seconds + waited() - self._waited, self._most) - gone

    def _raise_at_line(self, frame: FrameType, event: str, arg: object) -> Any:
        if event == "line":
            raise self._make_error()
        return self._raise_at_line


def stacks(folders: Sequence[Path]) -> Iterator[tuple[str, list[traceback.FrameSummary]]]:
    """For every thread that runs code of these folders: its name and calls, from the first one there."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for ident, frame in sys._current_frames().items():
        calls = traceback.extract_stack(frame)
        for position, call in enumerate(calls):
            if any(Path(call.filename).is_relative_to(folder) for folder in folders):
                yield names.get(ident, f"thread {ident}"), calls[position:]
                break
