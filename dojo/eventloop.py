"""asyncio in virtual time: sleeping costs nothing, timeouts are exact, and what goes wrong is told at once.

One decorator, for three kinds of test:

    @virtual_time
    async def test_two_orders_at_once() -> None:            # a coroutine: it runs in a virtual-time loop
        await asyncio.gather(serve("tea", 3600), serve("cake", 60))
        assert now() == 3600

    @given(latency=st.floats(0, 100))                       # the same with drawn data: @given goes outside
    @virtual_time
    async def test_late_answers_are_dropped(latency: float) -> None:
        ...

    @virtual_time
    def test_serve_all() -> None:                           # code under test that calls asyncio.run itself,
        assert serve_all(["tea"]) == ["tea served"]         # or keeps a loop in a thread: those are virtual too

`now()` is the virtual time in seconds, 0.0 where the loop begins. `tasks_left()` describes the tasks beside the
current one that have not ended: `assert not tasks_left()` says that a call left nothing running.
The decorated test is an ordinary function: it needs no other mark, and fixtures and parametrize work as always.

Time. When nothing is ready the clock jumps to the next timer. Callbacks run in the order in which they became
ready; timers for the same moment go off in the order in which they were set. `time.monotonic` and
`time.perf_counter`, called in a running loop, tell its virtual time.
Work in threads (to_thread, run_in_executor, a thread that uses call_soon_threadsafe) and in worker processes is
real: while it goes on, the loop really waits and the clock stands still. A thread that itself waits without a
timeout (for a lock, an event, a queue, another thread) holds nothing up. Sockets and pipes are real too: while
some are watched, the loop gives them IO_GRACE seconds before the clock jumps; without a timer it waits PATIENCE
seconds for them.

A test fails, also if its body was content, with
    StuckError                  all tasks wait and nothing can wake them: told at once
    BusyError                   tasks run on and on without an end
    BlockedLoopError            the loop's thread was blocked, by time.sleep or by any call that does not come back
    NeverAwaitedError           a coroutine was made and thrown away
    TaskLeftError               a task was still waiting when the test had ended, or was destroyed while it waited
    CancellationSwallowedError  one of the tasks that are stuck or left was cancelled and went on
    NeverRetrievedError         a task or future failed and nobody looked
    CallbackError               a callback of the loop raised
The text says where the tasks concerned stand. asyncio.run cancels what its main coroutine leaves behind: that is
no error, only what outlives the cancellation is.

pytest-asyncio needs only the loop: in a conftest.py,

    def pytest_asyncio_loop_factories(config, item):        # pytest-asyncio 1.4 or newer
        return {"virtual": VirtualTimeLoop}

    @pytest.fixture(scope="session")                        # or, for any version,
    def event_loop_policy():
        return policy()

and tests and fixtures of its marks run in virtual time; the verdicts above come when the loop is closed.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import functools
import gc
import heapq
import inspect
import itertools
import math
import selectors
import signal
import sys
import threading
import time
import warnings
import weakref
from asyncio import events
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, TypeVar

from dojo import taskstacks
from dojo.taskstacks import where

F = TypeVar("F", bound=Callable[..., Any])

#: Seconds of real time that the loop waits for a thread or for I/O that does not come.
PATIENCE = 5.0
#: Seconds of real time without any I/O after which the clock may jump although some is watched.
IO_GRACE = 0.02
#: How often callbacks may run, in turns of the loop, before it is said that they run on and on.
TURNS = 50_000
#: The same for tasks that have been cancelled and are to end.
LAST_TURNS = 5_000

_MOMENT = 0.001
_TICK = 0.2
_real_sleep, _real_monotonic = time.sleep, time.monotonic


# --- what can be wrong --------------------------------------------------------------------------------------


class EventLoopError(Exception):
    """The code under test did what no asyncio program may do."""


class StuckError(EventLoopError):
    """All tasks wait, and nothing can wake them."""


class BusyError(EventLoopError):
    """Tasks run on and on."""


class BlockedLoopError(EventLoopError):
    """A call blocked the loop's thread."""


class NeverAwaitedError(EventLoopError):
    """A coroutine was made and thrown away."""


class TaskLeftError(EventLoopError):
    """A task had not ended when everything else had."""


class CancellationSwallowedError(EventLoopError):
    """A task was cancelled and went on."""


class NeverRetrievedError(EventLoopError):
    """A task or future failed, and nobody looked."""


class CallbackError(EventLoopError):
    """A callback of the loop raised."""


# --- what tests use -----------------------------------------------------------------------------------------


def virtual_time(test: F) -> F:
    """Run a test, a coroutine function or an ordinary one, with virtual-time event loops. See the module."""
    if inspect.iscoroutinefunction(test):

        @functools.wraps(test)
        def run_test(*args: Any, **kwargs: Any) -> None:
            with _watching() as watch:
                _run(test(*args, **kwargs), watch)

    elif inspect.isgeneratorfunction(test) or inspect.isasyncgenfunction(test):
        raise TypeError("@virtual_time runs functions and coroutine functions, not generators")
    else:

        @functools.wraps(test)
        def run_test(*args: Any, **kwargs: Any) -> None:
            with _watching():
                test(*args, **kwargs)

    # pytest and Hypothesis must see a function, not what it wraps.
    run_test.__signature__ = inspect.signature(test)  # type: ignore[attr-defined]
    del run_test.__wrapped__
    return run_test  # type: ignore[return-value]


def now() -> float:
    """The virtual time of the running loop in seconds; it begins at 0.0."""
    return asyncio.get_running_loop().time()


def tasks_left() -> list[str]:
    """Each task of the running loop but the current one that has not ended, in a few words."""
    return [taskstacks.line(task) for task in _in_order(asyncio.all_tasks()) if task is not asyncio.current_task()]


@functools.cache
def policy() -> Any:
    """The event loop policy whose loops are VirtualTimeLoops."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # 3.14: the name only

        class VirtualTimePolicy(asyncio.DefaultEventLoopPolicy):
            def new_event_loop(self) -> asyncio.AbstractEventLoop:
                return VirtualTimeLoop()

        return VirtualTimePolicy()


# --- the loop -----------------------------------------------------------------------------------------------


class _Timer(events.TimerHandle):
    """Timers for the same moment go off in the order in which they were set."""

    _numbers = itertools.count()

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._number = next(_Timer._numbers)

    def __lt__(self, other: Any) -> bool:
        return bool((self._when, self._number) < (other._when, other._number))  # type: ignore[attr-defined]


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps. Also a loop factory, for asyncio.Runner and pytest-asyncio."""

    def __init__(self) -> None:
        self._now = 0.0
        self._turns, self._turns_now, self._limit = 0, 0, TURNS
        self._jobs: set[concurrent.futures.Future[Any]] = set()
        self._children: list[Any] = []
        self._idles = False
        self._watch, self._own_watch = _watch or _Watch(), _watch is None
        if self._own_watch:
            self._watch.start()
        self._watch.loops.append(self)
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self._now

    # The smallest step from now on: exactly what is due goes off.
    @property
    def _clock_resolution(self) -> float:
        return math.ulp(self._now)

    @_clock_resolution.setter
    def _clock_resolution(self, seconds: float) -> None:
        pass

    def call_at(  # type: ignore[override]
        self, when: float, callback: Any, *args: Any, context: contextvars.Context | None = None
    ) -> Any:
        if when is None:
            raise TypeError("when cannot be None")
        self._check_closed()  # type: ignore[attr-defined]
        if self.get_debug():
            self._check_thread()  # type: ignore[attr-defined]
            self._check_callback(callback, "call_at")  # type: ignore[attr-defined]
        timer = _Timer(when, callback, args, self, context)
        heapq.heappush(self._scheduled, timer)  # type: ignore[attr-defined]
        timer._scheduled = True  # type: ignore[attr-defined]
        return timer

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        self._check_closed()  # type: ignore[attr-defined]
        if executor is None:
            self._check_default_executor()  # type: ignore[attr-defined]
            executor = self._default_executor  # type: ignore[has-type]
            if executor is None:
                executor = ThreadPoolExecutor(thread_name_prefix="asyncio")
                self._default_executor = executor
        counted: Any = _Counted(executor, self._jobs)
        return super().run_in_executor(counted, func, *args)

    async def _make_subprocess_transport(self, *args: Any, **kwargs: Any) -> Any:
        transport = await super()._make_subprocess_transport(*args, **kwargs)  # type: ignore[misc]
        self._children.append(transport)
        return transport

    def run_forever(self) -> None:
        if sys.get_coroutine_origin_tracking_depth() == 0:  # a setting of the thread
            sys.set_coroutine_origin_tracking_depth(1)
        super().run_forever()

    def run_until_complete(self, future: Any) -> Any:
        if sys._getframe(1).f_code.co_name != "_cancel_all_tasks":
            return super().run_until_complete(future)
        left = _in_order(task for task in asyncio.all_tasks(self) if task is not future)
        if self._own_watch and left and not self._watch.problems:
            self._watch.report(_left(left, cancelled=False))
        self._limit = self._turns + LAST_TURNS
        try:
            return super().run_until_complete(future)
        except BusyError as error:
            self._watch.problems.remove(error)
            raise self._watch.report(_left([task for task in left if not task.done()])) from None

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        error = _told(context)
        if error is not None:
            self._watch.report(error)

    def close(self) -> None:
        if self.is_closed():
            return
        super().close()
        if self._own_watch:
            self._watch.stop()
            told = (StuckError, BusyError)  # raised where it happened
            self._watch.problems[:] = [problem for problem in self._watch.problems if not isinstance(problem, told)]
            self._watch.judge(None)

    def _wait(self) -> list[Any]:
        """Nothing is ready: let time pass, in the real world or in this one. Returns what I/O came."""
        quiet, patience = 0, _real_monotonic() + PATIENCE
        selector = self._selector  # type: ignore[attr-defined]
        self._idles = True
        try:
            while True:
                at_work, uncertain = self._outside()
                came = selector.real.select(0)
                if came or self._ready:  # type: ignore[attr-defined]
                    return list(came)  # looked for after the others: who is idle now may have spoken before
                io = len(selector.get_map()) > 1
                if not at_work:
                    if not io and not uncertain:
                        return self._jump()
                    needed = 3 if self._next() is not None else 30
                    if io:
                        needed = round((IO_GRACE if self._next() is not None else PATIENCE) / _MOMENT)
                    if quiet >= needed:
                        return self._jump()
                elif _real_monotonic() > patience:
                    return self._jump()
                came = selector.real.select(_MOMENT)
                if came or self._ready:  # type: ignore[attr-defined]
                    return list(came)
                quiet = 0 if at_work else quiet + 1
        finally:
            self._idles = False

    def _outside(self) -> tuple[bool, bool]:
        """Is anybody at work who may wake a task? And may a moment's work have been missed?"""
        self._children = [child for child in self._children if child.get_returncode() is None]
        if self._children:
            return True, True
        others = self._watch.other_threads()
        if not others:
            return any(not job.done() for job in self._jobs), bool(self._jobs)
        states = {_state(self._watch, *other, self._left()) for other in others}
        if self._watch.here_waits(self._next() is not None, others):
            others = [other for other in others if other[0] is not self._watch.here]
            states = {_state(self._watch, *other, self._left()) for other in others} | {_WAITS}
        return _WORKS in states, _WAITS in states or bool(self._jobs)

    def _left(self) -> float:
        """Seconds up to the next timer."""
        when = self._next()
        return math.inf if when is None else when - self._now

    def _next(self) -> float | None:
        timers = self._scheduled  # type: ignore[attr-defined]
        return timers[0].when() if timers and timers[0].when() != math.inf else None

    def _jump(self) -> list[Any]:
        when = self._next()
        if when is None:
            raise self._watch.report(self._stuck())
        seconds, self._turns_now = when - self._now, 0
        for loop in self._watch.loops:  # in other threads: time is the same for all that idle
            if loop is not self and loop._idles:
                loop._now += min(max(seconds, 0.0), loop._left())
        self._now = max(self._now, when)
        return []

    def _stuck(self) -> EventLoopError:
        tasks = _in_order(asyncio.all_tasks(self))
        others = self._watch.other_threads()
        threads = "".join(f"\n  thread {thread.name}: {where(frame)}" for thread, frame in others)
        if threads:
            threads = f"\nOther threads:{threads}"
        if not tasks:
            return StuckError(f"the loop runs with nothing to do, and nothing can wake it{threads}")
        deaf = [task for task in tasks if task.cancelling()]
        number = {1: "the only task is", 2: "both tasks are"}.get(len(tasks), f"all {len(tasks)} tasks are")
        text = f"{number} stuck at virtual time {self._now:g}: nothing is ready, no timer is set, no I/O can come"
        text += "".join(f"\n{taskstacks.story(task)}" for task in tasks) + threads
        if deaf:
            return CancellationSwallowedError(f"{_names(deaf)} swallowed its cancellation and waits on. {text}")
        return StuckError(text)

    def _count(self) -> None:
        self._turns += 1
        self._turns_now += 1
        if self._turns > self._limit:
            self._limit = self._turns + TURNS  # for the clean-up
            tasks = "".join(f"\n{taskstacks.story(task)}" for task in _in_order(asyncio.all_tasks(self)))
            raise self._watch.report(
                BusyError(f"tasks run on and on: {self._turns:,} turns of the loop, virtual time {self._now:g}{tasks}")
            )
        if self._turns_now > 10_000 and self._next() is not None:
            self._jump()  # somebody polls with sleep(0): time goes on all the same


class _Selector(selectors.BaseSelector):
    """Where the loop would sleep."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        self._loop = loop
        self.real = selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[Any]:
        self._loop._count()
        if timeout == 0 and len(self.real.get_map()) == 1:
            return []  # the loop's own pipe only: it would wake who is awake
        return self.real.select(0) or (self._loop._wait() if timeout != 0 else [])

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self.real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self.real.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self.real.modify(fileobj, events, data)

    def close(self) -> None:
        self.real.close()

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        return self.real.get_key(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self.real.get_map()


class _Counted:
    """An executor that notes which jobs are under way."""

    def __init__(self, executor: Any, jobs: set[concurrent.futures.Future[Any]]) -> None:
        self._executor, self._jobs = executor, jobs

    def submit(self, func: Any, *args: Any) -> Any:
        return _keep(self._executor.submit(func, *args), self._jobs)


def _keep(
    job: concurrent.futures.Future[Any], jobs: set[concurrent.futures.Future[Any]]
) -> concurrent.futures.Future[Any]:
    """Among these jobs until it is done."""
    jobs.add(job)
    job.add_done_callback(jobs.discard)
    return job


# --- other threads ------------------------------------------------------------------------------------------

_WORKS, _WAITS, _IDLE = "works", "waits", "idle"


def _state(watch: _Watch, thread: threading.Thread, frame: FrameType | None, patience: float = math.inf) -> str:
    """Idle: it certainly does nothing before it is given work. Waits: for another thread, without a timeout.

    A thread with a loop of its own waits if nothing happens there within `patience` seconds of virtual time.
    """
    if frame is None:
        return _WORKS
    code, names = frame.f_code, frame.f_locals
    if type(thread).__name__ == "_ExecutorManagerThread":
        return _WORKS if getattr(thread, "pending_work_items", True) else _IDLE
    if code.co_name == "_worker" and code.co_filename == concurrent.futures.thread.__file__:
        return _WORKS if watch.is_awaited(names["executor_reference"](), names["work_queue"]) else _IDLE
    if code.co_filename == threading.__file__:
        return _WAITS if _in_a_wait(frame) and names.get("timeout") in (None, -1) else _WORKS
    while frame is not None and frame.f_code.co_filename in (selectors.__file__, __file__):
        loop = frame.f_locals.get("self")
        if isinstance(loop, VirtualTimeLoop):
            waits = loop._idles and not loop._ready and loop._left() >= patience  # type: ignore[attr-defined]
            return _WAITS if waits else _WORKS
        frame = frame.f_back
    if code.co_filename == selectors.__file__:
        return _WAITS if names.get("timeout", 0) in (None, -1) else _WORKS
    return _WORKS


def _in_a_wait(frame: FrameType) -> bool:
    """Does this frame of threading.py wait for another thread, and has nobody ended the wait yet?"""
    if frame.f_code.co_name == "wait":
        return "waiter" in frame.f_locals and frame.f_locals["waiter"] in frame.f_locals["self"]._waiters
    if frame.f_code.co_name not in ("join", "_wait_for_tstate_lock"):
        return False
    return frame.f_locals.get("self") in threading.enumerate()  # else it has ended, all but the very last of it


# --- the watch over a test ----------------------------------------------------------------------------------

_watch: _Watch | None = None


class _Watch:
    """What went wrong while a test ran, and the hooks that notice it."""

    def __init__(self) -> None:
        self.problems: list[EventLoopError] = []
        self.loops: list[VirtualTimeLoop] = []
        self.here = threading.current_thread()
        self._before = set(threading.enumerate()) - {self.here}
        self._jobs: weakref.WeakKeyDictionary[Any, set[concurrent.futures.Future[Any]]] = weakref.WeakKeyDictionary()
        """Of pools of threads: jobs that are not done."""

    def report(self, error: EventLoopError) -> EventLoopError:
        self.problems.append(error)
        return error

    def other_threads(self) -> list[tuple[threading.Thread, FrameType | None]]:
        """The threads that this test started, and the one that runs it, but not the current one."""
        if threading.active_count() == 1:
            return []
        here = threading.current_thread()
        others = [thread for thread in threading.enumerate() if thread is not here and thread not in self._before]
        frames = sys._current_frames() if others else {}
        return [(thread, frames.get(thread.ident or 0)) for thread in others]

    def here_waits(self, for_timer: bool, others: list[tuple[threading.Thread, FrameType | None]]) -> bool:
        """Does the test's own thread wait for another one, if only for some time?"""
        for thread, frame in others:
            if for_timer and thread is self.here and frame is not None:
                return frame.f_code.co_filename == threading.__file__ and _in_a_wait(frame)
        return False

    def is_awaited(self, pool: Any, queue: Any) -> bool:
        """Must a worker of this pool that is in no job's code go on all the same? It may have a job in hand."""
        if pool is None or pool._shutdown or queue.qsize():
            return True
        return not all(job.running() or job.done() for job in list(self._jobs.get(pool, ())))

    def start(self) -> None:
        self._depth = sys.get_coroutine_origin_tracking_depth()
        sys.set_coroutine_origin_tracking_depth(max(self._depth, 1))
        self._patches: list[tuple[Any, str, Any]] = []
        self._patch(warnings, "_warn_unawaited_coroutine", self._never_awaited)
        for name, substitute in _clocks(self).items():
            original = getattr(time, name)
            self._patch(time, name, substitute)
            for module_name, module in list(sys.modules.items()):
                if module_name.startswith("katas.") and module is not None:
                    for key, value in list(vars(module).items()):
                        if value is original:
                            self._patch(module, key, substitute)
        self._patch(ThreadPoolExecutor, "submit", self._noted(ThreadPoolExecutor.submit))
        gc.freeze()  # so that looking for lost tasks at the end looks at this test's objects only

    def stop(self) -> None:
        sys.set_coroutine_origin_tracking_depth(self._depth)
        for owner, name, original in reversed(self._patches):
            setattr(owner, name, original)
        gc.unfreeze()

    def _patch(self, owner: Any, name: str, substitute: Any) -> None:
        self._patches.append((owner, name, getattr(owner, name)))
        setattr(owner, name, substitute)

    def _noted(self, submit: Callable[..., concurrent.futures.Future[Any]]) -> Callable[..., Any]:
        @functools.wraps(submit)
        def noted(pool: Any, fn: Any, /, *args: Any, **kwargs: Any) -> concurrent.futures.Future[Any]:
            return _keep(submit(pool, fn, *args, **kwargs), self._jobs.setdefault(pool, set()))

        return noted

    def _never_awaited(self, coroutine: Any) -> None:
        made = ""
        if coroutine.cr_origin:
            file, line, function = coroutine.cr_origin[0]
            made = f": made {taskstacks.place(file, line, function)}"
        self.report(NeverAwaitedError(f"the coroutine {coroutine.__qualname__}(...) was never awaited{made}"))

    def judge(self, error: BaseException | None) -> None:
        """Raise the first problem; if the body failed by itself, tell it the problems."""
        others = [problem for problem in self.problems if problem is not error]
        if not others:
            return
        if error is None or isinstance(others[0], BlockedLoopError | StuckError | BusyError):
            first, *rest = others
        else:
            first, rest = None, others
        for problem in rest[:3]:
            (first or error).add_note(f"{type(problem).__name__}: {problem}")  # type: ignore[union-attr]
        if first is not None:
            raise first from error


@contextmanager
def _watching() -> Iterator[_Watch]:
    """Loops made inside are virtual; raises what went wrong."""
    global _watch
    if _watch is not None:
        raise RuntimeError("a test in virtual time is under way already")
    watch = _watch = _Watch()
    before = _set_policy(policy())
    watch.start()
    error: BaseException | None = None
    try:
        with _Dog(watch):
            yield watch
    except BaseException as raised:
        error = raised
        raise
    finally:
        if error is None:
            gc.collect()
        watch.stop()
        _set_policy(before)
        _watch = None
        if error is None or not isinstance(error, GeneratorExit):
            watch.judge(error)


def _set_policy(new: Any) -> Any:
    get = getattr(events, "_get_event_loop_policy", None) or events.get_event_loop_policy
    set_ = getattr(events, "_set_event_loop_policy", None) or events.set_event_loop_policy
    before = get()
    set_(new)
    return before


def _run(coroutine: Any, watch: _Watch) -> None:
    """As asyncio.run, but what is left behind is an error."""
    loop = VirtualTimeLoop()
    try:
        main = loop.create_task(coroutine, name="the test")
        try:
            loop.run_until_complete(main)
            _settle(loop)
            left = _in_order(asyncio.all_tasks(loop))
            if left:
                watch.report(_left(left))
        finally:
            _clean_up(loop, watch)
    finally:
        loop.close()


def _settle(loop: VirtualTimeLoop) -> None:
    """Let what is ready run, without time passing."""
    for _ in range(100):
        if not loop._ready:  # type: ignore[attr-defined]
            return
        loop.call_soon(loop.stop)
        loop.run_forever()


def _clean_up(loop: VirtualTimeLoop, watch: _Watch) -> None:
    known = list(watch.problems)
    try:
        for _ in range(3):
            left = asyncio.all_tasks(loop)
            if not left:
                break
            for task in left:
                task.cancel()
            loop._limit = loop._turns + LAST_TURNS
            loop.run_until_complete(asyncio.wait(left, timeout=1e6))
            for task in left:
                if task.done() and not task.cancelled():
                    task.exception()
    except EventLoopError:
        pass
    for rest in (loop.shutdown_asyncgens, loop.shutdown_default_executor):
        with suppress(EventLoopError):
            loop.run_until_complete(rest())
    watch.problems[:] = [*known, *(problem for problem in watch.problems[len(known) :] if not known)]
    deaf = _in_order(task for task in asyncio.all_tasks(loop) if task.cancelling())
    for task in asyncio.all_tasks(loop):
        task._log_destroy_pending = False  # type: ignore[attr-defined]
    if deaf:
        watch.problems[:] = [problem for problem in watch.problems if not isinstance(problem, TaskLeftError)]
        watch.problems.insert(0, _left(deaf))


class _Dog:
    """Notices that the main thread is blocked where the loop cannot: looks at it now and then, by a signal."""

    def __init__(self, watch: _Watch) -> None:
        self._watch = watch
        self._seen: object = None
        self._times = 0
        self._can = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()

    def __enter__(self) -> None:
        if self._can:
            self._began = _real_monotonic()
            self._handler = signal.signal(signal.SIGALRM, self._look)
            self._outer = signal.setitimer(signal.ITIMER_REAL, _TICK, _TICK)

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
        seen = (id(frame), frame and frame.f_lasti, [loop._turns for loop in self._watch.loops])
        self._times = self._times + 1 if seen == self._seen else 0
        self._seen = seen
        if self._times < 4 or frame is None or any(loop._idles for loop in self._watch.loops if _runs_here(loop)):
            return
        others = self._watch.other_threads()
        hopeless = _state(self._watch, threading.current_thread(), frame) == _WAITS and not any(
            _state(self._watch, *other) == _WORKS for other in others
        )
        in_loop = events._get_running_loop() is not None
        if not hopeless and not (in_loop and self._times * _TICK > PATIENCE):
            return
        self._times = 0
        threads = "".join(f"\n  thread {thread.name}: {where(other)}" for thread, other in others)
        threads = f"\nOther threads:{threads}" if threads else ""
        for problem in self._watch.problems:
            if isinstance(problem, StuckError | BusyError):
                raise problem
        what = "the event loop is blocked" if in_loop else "the main thread waits for ever"
        raise self._watch.report(BlockedLoopError(f"{what}: {where(frame)}{threads}"))


def _runs_here(loop: VirtualTimeLoop) -> bool:
    return getattr(loop, "_thread_id", None) == threading.get_ident()


# --- clocks -------------------------------------------------------------------------------------------------


def _clocks(watch: _Watch) -> dict[str, Callable[..., Any]]:
    def virtual() -> VirtualTimeLoop | None:
        loop = events._get_running_loop()
        return loop if isinstance(loop, VirtualTimeLoop) else None

    def clock(name: str, unit: int, start: int) -> Callable[[], Any]:
        real = getattr(time, name)

        def read() -> Any:
            loop = virtual()
            if loop is None:
                return real()
            return start + loop._now if unit == 1 else (start * unit + round(loop._now * unit))

        read.__name__ = name
        return read

    real_sleep = time.sleep

    def sleep(seconds: float) -> None:
        if virtual() is not None and seconds > 0:
            place = where(sys._getframe(1))
            raise watch.report(BlockedLoopError(f"the event loop is blocked by time.sleep({seconds:g}): {place}"))
        real_sleep(seconds)

    today = int(time.time())
    clocks: dict[str, Callable[..., Any]] = {"sleep": sleep}
    for name, start in (("monotonic", 0), ("perf_counter", 0), ("time", today)):
        clocks[name] = clock(name, 1, start)
        clocks[f"{name}_ns"] = clock(f"{name}_ns", 10**9, start)
    return clocks


# --- texts --------------------------------------------------------------------------------------------------


def _told(context: dict[str, Any]) -> EventLoopError | None:
    """What the loop's exception handler was told."""
    message, error = str(context.get("message", "")), context.get("exception")
    task: Any = context.get("task") or context.get("future")
    told: EventLoopError
    if "shielded future" in message:
        return None  # new in 3.14; the same program is to have the same verdict everywhere
    if "destroyed but it is pending" in message:
        return TaskLeftError(f"{taskstacks.name(task)} was destroyed while it waited:\n{taskstacks.story(task)}")
    if "never retrieved" in message:
        name = taskstacks.name(task) if isinstance(task, asyncio.Task) else "a future"
        told = NeverRetrievedError(f"{name} failed and nobody looked: {type(error).__name__}: {error}{_from(error)}")
    else:
        told = CallbackError(f"{message}: {type(error).__name__}: {error}{_from(error)}" if error else message)
    told.__cause__ = error
    return told


def _from(error: Any) -> str:
    step, frame = getattr(error, "__traceback__", None), None
    while step is not None:
        if not taskstacks.is_library(step.tb_frame):
            frame, line = step.tb_frame, step.tb_lineno
        step = step.tb_next
    return f"\n    raised {taskstacks.place(frame.f_code.co_filename, line, frame.f_code.co_name)}" if frame else ""


def _left(tasks: list[asyncio.Task[Any]], cancelled: bool = True) -> EventLoopError:
    stories = "".join(f"\n{taskstacks.story(task)}" for task in tasks)
    deaf = [task for task in tasks if cancelled and task.cancelling()]
    if deaf:
        return CancellationSwallowedError(f"{_names(deaf)} was cancelled and has not ended:{stories}")
    return TaskLeftError(f"{_names(tasks)} was still running at the end:{stories}")


def _names(tasks: list[asyncio.Task[Any]]) -> str:
    return ", ".join(taskstacks.name(task) for task in tasks[:5]) + (" and more" if len(tasks) > 5 else "")


def _in_order(tasks: Any) -> list[asyncio.Task[Any]]:
    """Automatic names count up: Task-2 before Task-10."""
    return sorted(tasks, key=lambda task: (len(task.get_name()), task.get_name()))
