"""Lock and RLock. They are wrappers, since the built-in types cannot be changed."""

from __future__ import annotations

import _thread
import sys
import threading
from typing import Any

from .. import run as _run
from ..accesses import WHOLE
from ..errors import InterleaveError
from ..run import Run, controlled, get_ident
from ..steps import GIVE, LOOK, TAKE
from ..task import Task
from .replacing import unwinding

RealLock = _thread.allocate_lock
RealRLock = _thread.RLock
LockType = _thread.LockType
RLockType = type(RealRLock())

_getframe = sys._getframe

_INSIDE = {
    *("threading", "queue", "contextlib"),
    *(f"{__package__}.{part}" for part in ("locks", "replacing", "conditions", "queues", "futures", "threads")),
    *(f"{__package__.rpartition('.')[0]}.{part}" for part in ("run", "api")),
}
"""Modules whose calls are not the program's own."""


def _caller_line() -> tuple[str, int]:
    """File and line of the nearest caller outside the standard library's threading and this package."""
    frame = _getframe(2)
    while frame is not None and frame.f_globals.get("__name__") in _INSIDE:
        frame = frame.f_back  # type: ignore[assignment]
    return ("?", 0) if frame is None else (frame.f_code.co_filename, frame.f_lineno)


class _Mutex:
    """What Lock and RLock have in common."""

    __slots__ = ("__weakref__", "_real", "by_with", "made", "owner", "taken")

    kind = "lock"

    def __init__(self, real: Any = None) -> None:
        self._real = real if real is not None else self._make()
        self.owner: Task | None = None
        """Who holds it, as far as it was taken under control."""
        self.taken = ("?", 0)
        self.by_with = False
        frame = _getframe(1)
        self.made = (frame.f_code.co_filename, frame.f_lineno)

    @staticmethod
    def _make() -> Any:
        raise NotImplementedError

    def _is_free(self) -> bool:
        raise NotImplementedError

    def _take(self, run: Run, blocking: bool, timeout: float) -> bool:
        if not blocking and timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        if timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        if timeout > threading.TIMEOUT_MAX:
            raise OverflowError("timeout value is too large")
        if not blocking:
            run.point()
            free = self._is_free()
            run.effect(
                (((id(self), WHOLE), TAKE if free else LOOK), ((id(self), WHOLE), LOOK)),
                f"{self.kind}.acquire(blocking=False)",
            )
            if not free:
                return False
        elif not run.take(self, self._is_free, self.kind, timeout=None if timeout == -1 else timeout, name=self):
            return False
        self._real.acquire(False)
        self.owner = run.current
        self.owner.held.append(self)
        self.taken = _caller_line()
        self.by_with = False
        return True

    def _disown(self) -> None:
        """Nobody holds it any more."""
        if self.owner is not None:
            self.owner.held.remove(self)
            self.owner = None

    def _acquire_outside(self, blocking: bool, timeout: float) -> bool:
        """In a thread that is not controlled, in the middle of another primitive's step, or after the run's end."""
        run = _run.active
        if run is None or get_ident() != run.ident:
            return self._real.acquire(blocking, timeout)  # type: ignore[no-any-return]
        if self._real.acquire(False):
            return True
        if run.aborting:
            unwinding()
            return True
        if not blocking:
            return False
        task = run.current  # somebody holds the inner lock of a queue or condition
        if task.peeks:
            raise InterleaveError("the value cannot be seen now")
        atomic, task.atomic = task.atomic, 0
        try:
            return self._take(run, blocking, timeout)
        finally:
            task.atomic = atomic

    def __enter__(self) -> bool:
        taken = self.acquire()
        self.by_with = True
        return taken

    def __exit__(self, *exc: object) -> None:
        self.release()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        raise NotImplementedError

    def release(self) -> None:
        raise NotImplementedError

    def __repr__(self) -> str:
        return repr(self._real).replace("_thread.", "threading.", 1)


class Lock(_Mutex):
    """threading.Lock, under control where the calling thread is."""

    __slots__ = ()
    _make = staticmethod(RealLock)

    def _is_free(self) -> bool:
        return not self._real.locked()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        run = controlled()
        if run is None:
            return self._acquire_outside(blocking, timeout)
        if run.aborting:
            unwinding()
            return self._real.acquire(False) or True
        return self._take(run, blocking, timeout)

    acquire_lock = acquire

    def release(self) -> None:
        run = controlled()
        if run is not None and not run.aborting:
            run.step(self, GIVE, self)
        elif run is not None and not self._real.locked():
            return
        self._disown()
        self._real.release()

    release_lock = release

    def locked(self) -> bool:
        run = controlled()
        if run is not None and not run.aborting:
            run.step(self, LOOK, self)
        return self._real.locked()  # type: ignore[no-any-return]

    locked_lock = locked

    def _at_fork_reinit(self) -> None:
        self._real._at_fork_reinit()
        self._disown()


class RLock(_Mutex):
    """threading.RLock, under control where the calling thread is."""

    __slots__ = ("depth",)
    kind = "lock"
    _make = staticmethod(RealRLock)

    def __init__(self, real: Any = None) -> None:
        super().__init__(real)
        frame = _getframe(1)
        self.made = (frame.f_code.co_filename, frame.f_lineno)
        self.depth = 0

    def _is_free(self) -> bool:
        if self._real._is_owned():
            return True
        if self._real.acquire(False):
            self._real.release()
            return True
        return False

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        run = controlled()
        if run is None:
            return self._acquire_outside(blocking, timeout)
        if run.aborting:
            unwinding()
            return self._real.acquire(False) or True
        if self._real._is_owned():
            self._real.acquire(blocking, timeout)
            self.depth += 1
            return True
        taken = self._take(run, blocking, timeout)
        if taken:
            self.depth = 1
        return taken

    def release(self) -> None:
        run = controlled()
        if run is not None and not run.aborting and self._real._is_owned():
            if self.depth <= 1:
                run.step(self, GIVE, self)
                self._disown()
            self.depth -= 1
        elif run is not None and run.aborting and not self._real._is_owned():
            return
        self._real.release()

    if sys.version_info >= (3, 14):

        def locked(self) -> bool:
            run = controlled()
            if run is not None and not run.aborting:
                run.step(self, LOOK, self)
            return self._real.locked()  # type: ignore[no-any-return]

    def _is_owned(self) -> bool:
        return self._real._is_owned()  # type: ignore[no-any-return]

    def _recursion_count(self) -> int:
        return self._real._recursion_count()  # type: ignore[no-any-return]

    def _release_save(self) -> Any:
        run = controlled()
        if run is not None and run.aborting and not self._real._is_owned():
            return None
        if run is not None and not run.aborting:
            run.step(self, GIVE, self)
        depth, self.depth = self.depth, 0
        self._disown()
        return depth, self._real._release_save()

    def _acquire_restore(self, state: Any) -> None:
        run = controlled()
        if state is None:
            return
        depth, saved = state
        if run is not None and not run.aborting:
            self._take(run, True, -1)
            self._real.release()
        elif run is not None and not self._is_free():
            return
        self._real._acquire_restore(saved)
        self.depth = depth

    def _at_fork_reinit(self) -> None:
        self._real._at_fork_reinit()
        self._disown()
        self.depth = 0
