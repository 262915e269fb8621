"""Event, Semaphore, Condition, Barrier."""

from __future__ import annotations

import contextlib
import itertools
import threading
from threading import BoundedSemaphore, Condition, Event, Semaphore
from typing import Any

from ..accesses import WHOLE, WRITE
from ..run import Run
from ..steps import DRAW, DRAW_LAST, FILL, GIVE, LOOK, PASS
from .locks import Lock
from .replacing import called, one_step, replaces, whole_operation

for _owner, _name, _mode in (
    (Event, "clear", WRITE),
    (Event, "is_set", LOOK),
    (Semaphore, "release", FILL),
    (BoundedSemaphore, "release", FILL),
):
    replaces(_owner, _name)(whole_operation(_mode))


@replaces(Event, "set")
def _event_set(run: Run, real: Any, self: Any) -> None:
    """Only the first of several lets anybody through; which one that is makes the difference."""
    run.point()
    mode = LOOK if self._flag else GIVE
    run.effect((((id(self), WHOLE), mode),), "Event.set()")
    one_step(run, real, self)


@replaces(Event, "wait")
def _event_wait(run: Run, real: Any, self: Any, timeout: float | None = None) -> bool:
    sleeps = isinstance(run.current.thread, threading.Timer) and run.current.thread.finished is self
    return run.take(
        self,
        lambda: self._flag,
        f"{called(self)} to be set",
        timeout=timeout,
        mode=PASS,
        early=sleeps,
    )


@replaces(Semaphore, "acquire")
def _semaphore_acquire(run: Run, real: Any, self: Any, blocking: bool = True, timeout: float | None = None) -> bool:
    if not blocking and timeout is not None:
        raise ValueError("can't specify timeout for non-blocking acquire")
    if not blocking:
        run.point()
        free = self._value > 0
        run.effect(
            (((id(self), WHOLE), DRAW if free else LOOK), ((id(self), WHOLE), LOOK)),
            "Semaphore.acquire(False)",
        )
    elif not run.take(
        self,
        lambda: self._value > 0,
        f"{called(self)} to be released",
        timeout=timeout,
        mode=lambda: DRAW if self._value > 1 else DRAW_LAST,
    ):
        return False
    return bool(one_step(run, real, self, False))


class _Ticket:
    """What a waiting thread leaves with a condition; the real notify() calls release()."""

    __slots__ = ("location", "notified")
    _numbers = itertools.count()

    def __init__(self) -> None:
        self.notified = False
        self.location = ("ticket", next(self._numbers))

    def release(self) -> None:
        self.notified = True


@replaces(Condition, "wait")
def _condition_wait(run: Run, real: Any, self: Any, timeout: float | None = None) -> bool:
    if not self._is_owned():
        raise RuntimeError("cannot wait on un-acquired lock")
    ticket = _Ticket()
    run.step(self, GIVE, "Condition.wait()")
    self._waiters.append(ticket)
    saved = self._release_save()
    notified = False
    try:
        if timeout is None or timeout > 0:
            notified = run.take(
                self,
                lambda: ticket.notified,
                run.current.label or f"{called(self)} to be notified",
                timeout=timeout,
                accesses=((ticket.location, PASS),),
            )
        return notified
    finally:
        self._acquire_restore(saved)
        if not notified:
            # if it was notified since the end of the wait, the notification is used up, as in the real one
            with contextlib.suppress(ValueError):
                self._waiters.remove(ticket)


@replaces(Condition, "notify")
def _condition_notify(run: Run, real: Any, self: Any, n: int = 1) -> None:
    run.point()
    told = [ticket.location for ticket in itertools.islice(self._waiters, max(n, 0))]
    run.effect((((id(self), WHOLE), GIVE), *((location, GIVE) for location in told)), "Condition.notify()")
    real(self, n)


@replaces(Condition, "_is_owned")
def _condition_is_owned(run: Run, real: Any, self: Any) -> bool:
    lock = self._lock
    if isinstance(lock, Lock):
        return lock._real.locked()  # type: ignore[no-any-return]
    return bool(one_step(run, real, self))


@replaces(threading.Barrier, "wait")
def _barrier_wait(run: Run, real: Any, self: Any, timeout: float | None = None) -> int:
    task = run.current
    label, task.label = task.label, f"{self.parties} threads to meet at {called(self)}"
    try:
        return int(real(self, timeout))
    finally:
        task.label = label
