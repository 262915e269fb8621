"""Future, and the jobs of a ThreadPoolExecutor."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.thread import _WorkItem
from functools import partial
from typing import Any

from .. import run as _run
from ..accesses import WRITE
from ..run import Run, get_ident
from ..steps import GIVE, LOOK, PASS
from .replacing import METHODS, one_step, replaces, whole_operation
from .threads import before_calling


@replaces(Future, "result")
def _future_result(run: Run, real: Any, self: Any, timeout: float | None = None) -> Any:
    run.take(self, lambda: real_done(self), "the result of a Future", timeout=timeout, mode=PASS)
    return one_step(run, real, self, 0)


@replaces(Future, "exception")
def _future_exception(run: Run, real: Any, self: Any, timeout: float | None = None) -> Any:
    run.take(self, lambda: real_done(self), "the result of a Future", timeout=timeout, mode=PASS)
    return one_step(run, real, self, 0)


def real_done(future: Any) -> bool:
    """Has the future an outcome (read without a step)?"""
    return future._state in ("CANCELLED", "CANCELLED_AND_NOTIFIED", "FINISHED")


for _name, _mode in (
    ("set_running_or_notify_cancel", WRITE),
    ("set_result", GIVE),
    ("set_exception", GIVE),
    ("cancel", WRITE),
    ("done", LOOK),
    ("running", LOOK),
    ("cancelled", LOOK),
):
    replaces(Future, _name)(whole_operation(_mode))

_real_invoke_callbacks = Future._invoke_callbacks  # type: ignore[attr-defined]


def _foreign(run: Run, call: Callable[..., Any], future: Any) -> None:
    """Callbacks are foreign code: they make steps of their own."""
    task = run.current
    atomic, task.atomic = task.atomic, 0
    try:
        call(future)
    finally:
        task.atomic = atomic


@replaces(Future, "add_done_callback")
def _future_add_done_callback(run: Run, real: Any, self: Any, fn: Any) -> None:
    run.step(self, WRITE, "Future.add_done_callback()")
    # where the future is done already, the callback is called at once
    one_step(run, real, self, partial(_foreign, run, fn) if real_done(self) else fn)


def _invoke_callbacks(self: Any) -> None:
    run = _run.active
    if run is None or get_ident() != run.ident or run.aborting:
        _real_invoke_callbacks(self)
    else:
        _foreign(run, _real_invoke_callbacks, self)


METHODS[(Future, "_invoke_callbacks")] = _invoke_callbacks


@replaces(_WorkItem, "run")
def _work_item_run(run: Run, real: Any, self: Any, *args: Any) -> None:
    before_calling(getattr(self, "fn", None))
    real(self, *args)
