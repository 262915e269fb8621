"""Thread and Timer."""

from __future__ import annotations

import contextvars
import sys
import threading
from functools import partial
from typing import Any

from ..accesses import WHOLE, is_quiet, is_transparent
from ..errors import Abandoned
from ..run import Run, controlled
from ..steps import EVERYTHING, LOOK, PASS
from ..task import Task
from .replacing import replaces


def _task_of(run: Run, thread: threading.Thread) -> Task | None:
    for task in run.tasks:
        if task.thread is thread:
            return task
    return None


@replaces(threading.Thread, "start")
def _thread_start(run: Run, real: Any, self: Any) -> None:
    if not self._initialized:
        raise RuntimeError("thread.__init__() not called")
    run.point()
    if self._started._flag:
        run.effect((((id(self), WHOLE), LOOK),), "Thread.start()")
        raise RuntimeError("threads can only be started once")
    threading._limbo.pop(self, None)  # type: ignore[attr-defined]
    if hasattr(self, "_context") and self._context is None:
        inherits = getattr(sys.flags, "thread_inherit_context", False)
        self._context = contextvars.copy_context() if inherits else contextvars.Context()
    task = run.spawn(self, lambda: _life(run, self))
    self._ident = task.ident
    threading._active[task.ident] = self  # type: ignore[attr-defined]
    self._started._flag = True


def before_calling(call: Any) -> None:
    """A thread is about to call this: built-in code has no sites, so it counts as touching everything."""
    run = controlled()
    if run is not None and not run.aborting and call is not None and not (is_transparent(call) or is_quiet(call)):
        run.point()
        run.effect(EVERYTHING, f"calls {getattr(call, '__name__', type(call).__name__)}")


def call_in_a_step(call: Any, /, *args: Any, **kwargs: Any) -> Any:
    """Call it, as foreign code that a thread of the standard library runs."""
    before_calling(call)
    return call(*args, **kwargs)


@replaces(threading.Timer, "run")
def _timer_run(run: Run, real: Any, self: Any) -> None:
    self.function = partial(call_in_a_step, self.function)
    real(self)


def _life(run: Run, thread: Any) -> None:
    if hasattr(thread, "_set_native_id"):
        thread._set_native_id()
    if threading.getprofile() is not None:
        sys.setprofile(threading.getprofile())
    if threading.gettrace() is not None and sys.gettrace() is None:
        sys.settrace(threading.gettrace())
    if type(thread).run is threading.Thread.run:
        before_calling(getattr(thread, "_target", None))
    try:
        context = getattr(thread, "_context", None)
        if context is not None:
            context.run(thread.run)
        else:
            thread.run()
    except (SystemExit, Abandoned):
        raise
    except BaseException:
        if threading.excepthook is run.excepthook:
            raise
        thread._invoke_excepthook(thread)  # the program reads what its threads raise


@replaces(threading.Thread, "join")
def _thread_join(run: Run, real: Any, self: Any, timeout: float | None = None) -> None:
    if not self._initialized:
        raise RuntimeError("Thread.__init__() not called")
    if not self._started._flag:
        run.step(self, LOOK, "Thread.join()")
        raise RuntimeError("cannot join thread before it is started")
    task = _task_of(run, self)
    if task is run.current:
        raise RuntimeError("cannot join current thread")
    if task is None:
        real(self, timeout)
        return
    ended = run.take(
        task,
        lambda: task.finished,
        f"the end of {self.name}",
        timeout=timeout,
        accesses=((("task", task.index), PASS), ((id(self), WHOLE), LOOK)),  # it could have come before the start
    )
    if ended:
        task.joined = True
        task.gone()


@replaces(threading.Thread, "is_alive")
def _thread_is_alive(run: Run, real: Any, self: Any) -> bool:
    run.point()
    task = _task_of(run, self)  # not before: another thread may start this one meanwhile
    if task is None:
        run.effect((((id(self), WHOLE), LOOK),), "Thread.is_alive()")
        return bool(self._started._flag and real(self))  # asked by real() if it is started, it might be meanwhile
    run.effect(((("task", task.index), LOOK), ((id(self), WHOLE), LOOK)), "Thread.is_alive()")
    return not task.finished
