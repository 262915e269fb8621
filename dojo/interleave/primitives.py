"""The primitives as controlled threads use them.

Each stays real. A controlled thread asks the real primitive without blocking; where it cannot go on, it tells the run
what it waits for. `Lock` and `RLock` are wrappers, since the built-in types cannot be changed; the methods of the
standard library's Python classes (Event, Condition, Semaphore, Queue, Thread ...) are replaced while an exploration
is under way. Barrier, Future, Timer and ThreadPoolExecutor run on top of these unchanged. Outside an exploration, and
in threads that it does not control, everything behaves as in the standard library.
"""

from __future__ import annotations

import _thread
import concurrent.futures.thread
import contextlib
import queue
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial, wraps
from typing import Any

from . import run as _run
from .errors import Abandoned, InterleaveError
from .run import (
    DRAW,
    DRAW_LAST,
    EVERYTHING,
    FILL,
    FILL_LAST,
    GIVE,
    LOOK,
    MONOTONIC_START,
    PASS,
    TAKE,
    TICK,
    WALL_START,
    Run,
    Task,
    controlled,
    get_ident,
    raise_again,
)
from .sites import READ, WHOLE, WRITE, is_quiet, is_transparent

RealLock = _thread.allocate_lock
RealRLock = _thread.RLock
LockType = _thread.LockType
RLockType = type(RealRLock())
_getframe = sys._getframe


def _caller_line() -> tuple[str, int]:
    """File and line of the nearest caller outside the standard library's threading and this package."""
    frame = _getframe(2)
    while frame is not None and frame.f_globals.get("__name__") in _INSIDE:
        frame = frame.f_back  # type: ignore[assignment]
    return ("?", 0) if frame is None else (frame.f_code.co_filename, frame.f_lineno)


_INSIDE = {__name__, "threading", "queue", "contextlib", __package__ + ".run", __package__ + ".api"}


def _unwinding() -> bool:
    """Is the run over and this thread being unwound? Then primitives let everything pass."""
    run = _run.active
    if run is not None and run.aborting and get_ident() == run.ident:
        raise_again()
        return True
    return False


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
            _unwinding()
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
            _unwinding()
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
            _unwinding()
            return self._real.acquire(False) or True
        if self._real._is_owned():
            self.depth += 1
            return self._real.acquire(blocking, timeout)  # type: ignore[no-any-return]
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

    def locked(self) -> bool:
        return not self._is_free()

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


# --- replaced functions and methods -------------------------------------------------------------------------------

METHODS: dict[tuple[type, str], Any] = {}
"""(class, name) -> replacement, while an exploration is under way."""


def _replaces(owner: type, name: str) -> Callable[[Any], Any]:
    """Register a replacement written as function(run, real, self, ...), used in controlled threads only."""
    real = owner.__dict__.get(name)
    if real is None:
        return lambda function: function

    def decorate(function: Any) -> Any:
        @wraps(real)
        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            run = controlled()
            if run is None or run.aborting:
                if run is not None and name in _WAITING and _unwinding():
                    return None
                return real(self, *args, **kwargs)
            return function(run, real, self, *args, **kwargs)

        for alias, value in list(owner.__dict__.items()):  # __enter__ = acquire
            if value is real:
                METHODS[(owner, alias)] = method
        return function

    return decorate


_WAITING = {"wait", "acquire", "get", "put", "join", "result"}


def _one_step(run: Run, real: Any, *args: Any, **kwargs: Any) -> Any:
    """Call the real method as part of the present step."""
    task = run.current
    task.atomic += 1
    try:
        return real(*args, **kwargs)
    finally:
        task.atomic -= 1


def _whole_operation(mode: int) -> Any:
    """A method that never waits is one step."""

    def operation(run: Run, real: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
        run.step(self, mode, f"{type(self).__name__}.{real.__name__}()")
        return _one_step(run, real, self, *args, **kwargs)

    return operation


Event, Condition, Semaphore, BoundedSemaphore = (
    threading.Event,
    threading.Condition,
    threading.Semaphore,
    threading.BoundedSemaphore,
)

for _owner, _name, _mode in (
    (Event, "clear", WRITE),
    (Event, "is_set", LOOK),
    (Semaphore, "release", FILL),
    (BoundedSemaphore, "release", FILL),
    (queue.Queue, "task_done", GIVE),
    (queue.Queue, "qsize", LOOK),
    (queue.Queue, "empty", LOOK),
    (queue.Queue, "full", LOOK),
    (queue.Queue, "shutdown", GIVE),
):
    _replaces(_owner, _name)(_whole_operation(_mode))

_is_set = Event.is_set


@_replaces(Event, "set")
def _event_set(run: Run, real: Any, self: Any) -> None:
    """Only the first of several lets anybody through; which one that is makes the difference."""
    run.point()
    mode = LOOK if self._flag else GIVE
    run.effect((((id(self), WHOLE), mode),), "Event.set()")
    _one_step(run, real, self)


@_replaces(Event, "wait")
def _event_wait(run: Run, real: Any, self: Any, timeout: float | None = None) -> bool:
    sleeps = isinstance(run.current.thread, threading.Timer) and run.current.thread.finished is self
    return run.take(
        self,
        lambda: self._flag,
        f"{_called(self)} to be set",
        timeout=timeout,
        mode=PASS,
        early=sleeps,
    )


@_replaces(Semaphore, "acquire")
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
        f"{_called(self)} to be released",
        timeout=timeout,
        mode=lambda: DRAW if self._value > 1 else DRAW_LAST,
    ):
        return False
    return bool(_one_step(run, real, self, False))


class _Ticket:
    """What a waiting thread leaves with a condition; the real notify() calls release()."""

    __slots__ = ("notified",)

    def __init__(self) -> None:
        self.notified = False

    def release(self) -> None:
        self.notified = True


@_replaces(Condition, "wait")
def _condition_wait(run: Run, real: Any, self: Any, timeout: float | None = None) -> bool:
    if not self._is_owned():
        raise RuntimeError("cannot wait on un-acquired lock")
    ticket = _Ticket()
    run.step(self, WRITE, "Condition.wait()")
    self._waiters.append(ticket)
    saved = self._release_save()
    notified = False
    try:
        if timeout is None or timeout > 0:
            notified = run.take(
                self,
                lambda: ticket.notified,
                run.current.label or f"{_called(self)} to be notified",
                timeout=timeout,
                mode=PASS,
            )
        return notified
    finally:
        self._acquire_restore(saved)
        if not notified:
            if ticket.notified and not run.aborting:
                pass  # notified between the end of the wait and here: the notification is used up, as in the real one
            with contextlib.suppress(ValueError):
                self._waiters.remove(ticket)


@_replaces(Condition, "notify")
def _condition_notify(run: Run, real: Any, self: Any, n: int = 1) -> None:
    run.step(self, WRITE, "Condition.notify()")
    real(self, n)


@_replaces(Condition, "_is_owned")
def _condition_is_owned(run: Run, real: Any, self: Any) -> bool:
    lock = self._lock
    if isinstance(lock, Lock):
        return lock._real.locked()  # type: ignore[no-any-return]
    return bool(_one_step(run, real, self))


@_replaces(queue.Queue, "get")
def _queue_get(run: Run, real: Any, self: Any, block: bool = True, timeout: float | None = None) -> Any:
    if block and timeout is not None and timeout < 0:
        raise ValueError("'timeout' must be a non-negative number")
    closed = lambda: getattr(self, "is_shutdown", False)  # noqa: E731
    draw = lambda: DRAW if self._qsize() > 1 else DRAW_LAST  # noqa: E731
    if block:
        run.take(
            self,
            lambda: self._qsize() > 0 or closed(),  # type: ignore[no-untyped-call]
            f"an item in {_called(self)}",
            timeout=timeout,
            mode=draw,
        )
    else:
        run.point()
        mode = DRAW if self._qsize() else LOOK
        run.effect((((id(self), WHOLE), mode), ((id(self), WHOLE), LOOK)), "Queue.get(block=False)")
    return _one_step(run, real, self, False)


@_replaces(queue.Queue, "put")
def _queue_put(run: Run, real: Any, self: Any, item: Any, block: bool = True, timeout: float | None = None) -> None:
    if block and timeout is not None and timeout < 0:
        raise ValueError("'timeout' must be a non-negative number")

    def fill() -> int:
        return FILL_LAST if 0 < self.maxsize == self._qsize() + 1 else FILL

    def has_room() -> bool:
        return self.maxsize <= 0 or self._qsize() < self.maxsize or getattr(self, "is_shutdown", False)

    if block:
        run.take(self, has_room, f"room in {_called(self)}", timeout=timeout, mode=fill)
    else:
        run.point()
        run.effect(
            (((id(self), WHOLE), FILL if has_room() else LOOK), ((id(self), WHOLE), LOOK)),
            "Queue.put(block=False)",
        )
    _one_step(run, real, self, item, False)


@_replaces(queue.Queue, "join")
def _queue_join(run: Run, real: Any, self: Any) -> None:
    run.take(self, lambda: self.unfinished_tasks == 0, f"task_done() for every item of {_called(self)}", mode=PASS)


@_replaces(threading.Barrier, "wait")
def _barrier_wait(run: Run, real: Any, self: Any, timeout: float | None = None) -> int:
    task = run.current
    label, task.label = task.label, f"{self.parties} threads to meet at {_called(self)}"
    try:
        return int(real(self, timeout))
    finally:
        task.label = label


class SimpleQueue(queue._PySimpleQueue):  # type: ignore[misc, name-defined]
    """queue.SimpleQueue, which is built in, in Python."""

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        run = controlled()
        if run is not None and not run.aborting:
            run.step(self, FILL, "SimpleQueue.put()")
            _one_step(run, super().put, item)
        else:
            super().put(item)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        if block and timeout is not None and timeout < 0:
            raise ValueError("'timeout' must be a non-negative number")
        run = controlled()
        if run is None or run.aborting:
            if run is not None:
                _unwinding()
            return super().get(block and run is None, timeout)
        if block:
            run.take(
                self,
                lambda: len(self._queue) > 0,
                "an item in a SimpleQueue",
                timeout=timeout,
                mode=lambda: DRAW if len(self._queue) > 1 else DRAW_LAST,
            )
        else:
            run.point()
            run.effect(
                (((id(self), WHOLE), DRAW if self._queue else LOOK), ((id(self), WHOLE), LOOK)),
                "SimpleQueue.get(block=False)",
            )
        return _one_step(run, super().get, False)

    def empty(self) -> bool:
        return self.qsize() == 0

    def qsize(self) -> int:
        run = controlled()
        if run is not None and not run.aborting:
            run.step(self, LOOK, "SimpleQueue.qsize()")
        return len(self._queue)


@_replaces(Future, "result")
def _future_result(run: Run, real: Any, self: Any, timeout: float | None = None) -> Any:
    run.take(self, lambda: real_done(self), "the result of a Future", timeout=timeout, mode=PASS)
    return _one_step(run, real, self, 0)


@_replaces(Future, "exception")
def _future_exception(run: Run, real: Any, self: Any, timeout: float | None = None) -> Any:
    run.take(self, lambda: real_done(self), "the result of a Future", timeout=timeout, mode=PASS)
    return _one_step(run, real, self, 0)


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
    _replaces(Future, _name)(_whole_operation(_mode))

_real_invoke_callbacks = Future._invoke_callbacks  # type: ignore[attr-defined]


def _foreign(run: Run, call: Callable[..., Any], future: Any) -> None:
    """Callbacks are foreign code: they make steps of their own."""
    task = run.current
    atomic, task.atomic = task.atomic, 0
    try:
        call(future)
    finally:
        task.atomic = atomic


@_replaces(Future, "add_done_callback")
def _future_add_done_callback(run: Run, real: Any, self: Any, fn: Any) -> None:
    run.step(self, WRITE, "Future.add_done_callback()")
    # where the future is done already, the callback is called at once
    _one_step(run, real, self, partial(_foreign, run, fn) if real_done(self) else fn)


def _invoke_callbacks(self: Any) -> None:
    run = _run.active
    if run is None or get_ident() != run.ident or run.aborting:
        _real_invoke_callbacks(self)
    else:
        _foreign(run, _real_invoke_callbacks, self)


METHODS[(Future, "_invoke_callbacks")] = _invoke_callbacks


# --- threads ------------------------------------------------------------------------------------------------------

_tasks: dict[int, Task] = {}


def _task_of(run: Run, thread: threading.Thread) -> Task | None:
    for task in run.tasks:
        if task.thread is thread:
            return task
    return None


@_replaces(threading.Thread, "start")
def _thread_start(run: Run, real: Any, self: Any) -> None:
    if not self._initialized:
        raise RuntimeError("thread.__init__() not called")
    run.point()
    if self._started._flag:
        run.effect((((id(self), WHOLE), READ),), "Thread.start()")
        raise RuntimeError("threads can only be started once")
    threading._limbo.pop(self, None)  # type: ignore[attr-defined]
    if hasattr(self, "_context") and self._context is None:
        import contextvars

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


@_replaces(threading.Timer, "run")
def _timer_run(run: Run, real: Any, self: Any) -> None:
    function, args, kwargs = self.function, self.args, self.kwargs

    def call() -> None:
        before_calling(function)
        function(*args, **kwargs)

    self.function, self.args, self.kwargs = call, (), {}
    real(self)


@_replaces(concurrent.futures.thread._WorkItem, "run")
def _work_item_run(run: Run, real: Any, self: Any, *args: Any) -> None:
    before_calling(getattr(self, "fn", None))
    real(self, *args)


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


@_replaces(threading.Thread, "join")
def _thread_join(run: Run, real: Any, self: Any, timeout: float | None = None) -> None:
    if not self._initialized:
        raise RuntimeError("Thread.__init__() not called")
    if not self._started._flag:
        run.step(self, READ, "Thread.join()")
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
        accesses=((("task", task.index), PASS), ((id(self), WHOLE), READ)),  # it could have come before the start
    )
    if ended:
        task.joined = True
        task.gone()


@_replaces(threading.Thread, "is_alive")
def _thread_is_alive(run: Run, real: Any, self: Any) -> bool:
    run.point()
    task = _task_of(run, self)  # not before: another thread may start this one meanwhile
    if task is None:
        run.effect((((id(self), WHOLE), READ),), "Thread.is_alive()")
        return bool(self._started._flag and real(self))  # asked by real() if it is started, it might be meanwhile
    run.effect(((("task", task.index), LOOK), ((id(self), WHOLE), READ)), "Thread.is_alive()")
    return not task.finished


# --- time ---------------------------------------------------------------------------------------------------------

_sleep, _time, _monotonic, _perf_counter = time.sleep, time.time, time.monotonic, time.perf_counter


def sleep(seconds: float, /) -> None:
    """time.sleep in virtual time: ends when the clock has passed, never earlier."""
    run = controlled()
    if run is None:
        if not _unwinding():
            _sleep(seconds)
        return
    if run.aborting:
        _unwinding()
        return
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    until = run.now + seconds
    run.take(
        None,
        lambda: run.now >= until,
        f"the end of sleep({seconds:g})",
        timeout=seconds,
        early=True,
        accesses=((("clock", WHOLE), TICK),),
    )


def _clock(real: Callable[[], Any], start: float, scale: int) -> Callable[[], Any]:
    @wraps(real)
    def read() -> Any:
        run = controlled()
        if run is None or run.aborting:
            return real()
        run.point()
        run.effect(((("clock", WHOLE), READ),), real.__name__)
        run.clock_was_read()
        return start + run.now if scale == 1 else int((start + run.now) * scale)

    return read


FUNCTIONS: dict[Any, Any] = {
    RealLock: Lock,
    threading.Lock: Lock,
    threading.RLock: RLock,
    threading._PyRLock: RLock,  # type: ignore[attr-defined]
    RealRLock: RLock,
    time.sleep: sleep,
    time.time: _clock(time.time, WALL_START, 1),
    time.monotonic: _clock(time.monotonic, MONOTONIC_START, 1),
    time.perf_counter: _clock(time.perf_counter, MONOTONIC_START, 1),
    time.time_ns: _clock(time.time_ns, WALL_START, 1_000_000_000),
    time.monotonic_ns: _clock(time.monotonic_ns, MONOTONIC_START, 1_000_000_000),
    time.perf_counter_ns: _clock(time.perf_counter_ns, MONOTONIC_START, 1_000_000_000),
    queue.SimpleQueue: SimpleQueue,
}
"""Built-in functions and types and what stands for them in the modules of an exploration."""


def _called(obj: object) -> str:
    return f"a {type(obj).__name__}"
