"""An event loop whose clock jumps."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import heapq
import itertools
import math
import selectors
import sys
import threading
import time
import warnings
from asyncio import events
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from . import telling
from . import watch as _watch
from .errors import BusyError, StuckError
from .telling import in_order
from .threads import WAITS, WORKS, keep

PATIENCE = 5.0
"""Seconds of real time that the loop waits for a thread or for I/O that does not come."""

IO_GRACE = 0.02
"""Seconds of real time without any I/O after which the clock may jump although some is watched."""

TURNS = 50_000
"""How often callbacks may run, in turns of the loop, before it is said that they run on and on."""

LAST_TURNS = 5_000
"""The same for tasks that have been cancelled and are to end."""

_MOMENT = 0.001
_real_monotonic = time.monotonic


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
        self.turns, self._turns_now, self._limit = 0, 0, TURNS
        self._jobs: set[Future[Any]] = set()
        self._children: list[Any] = []
        self.idles = False
        """Does it wait for something to happen?"""
        self._watch, self._own_watch = _watch.current or _watch.Watch(), _watch.current is None
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
        self._check_thread()
        if self.get_debug():
            self._check_callback(callback, "call_at")  # type: ignore[attr-defined]
        timer = _Timer(when, callback, args, self, context)
        heapq.heappush(self._scheduled, timer)  # type: ignore[attr-defined]
        timer._scheduled = True  # type: ignore[attr-defined]
        return timer

    def call_soon(self, callback: Any, *args: Any, context: contextvars.Context | None = None) -> Any:  # type: ignore[override]
        self._check_thread()  # its select would see the callback, where a real one sleeps
        return super().call_soon(callback, *args, context=context)

    def _check_thread(self) -> None:
        if self._thread_id not in (None, threading.get_ident()):  # type: ignore[attr-defined]
            raise self._watch.report(telling.from_outside(threading.current_thread().name, sys._getframe(1)))

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
        left = in_order(task for task in asyncio.all_tasks(self) if task is not future)
        if self._own_watch and left and not self._watch.problems:
            self._watch.report(telling.left(left, cancelled=False))
        self.grant_last_turns()
        try:
            return super().run_until_complete(future)
        except BusyError as error:
            self._watch.problems.remove(error)
            raise self._watch.report(telling.left([task for task in left if not task.done()])) from None

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        error = telling.told(context)
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

    # --- time passes -------------------------------------------------------------------------------------------------

    def wait(self) -> list[Any]:
        """Nothing is ready: let time pass, in the real world or in this one. Returns what I/O came."""
        quiet, patience = 0, _real_monotonic() + PATIENCE
        selector = self._selector  # type: ignore[attr-defined]
        self.idles = True
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
            self.idles = False

    def _outside(self) -> tuple[bool, bool]:
        """Is anybody at work who may wake a task? And may a moment's work have been missed?"""
        self._children = [child for child in self._children if child.get_returncode() is None]
        if self._children:
            return True, True
        threads = self._watch.threads
        others = threads.seen()
        if not others:
            return any(not job.done() for job in self._jobs), bool(self._jobs)
        states = {threads.state(*other, self._left()) for other in others}
        if threads.here_waits(self._next() is not None, others):
            others = [other for other in others if other[0] is not threads.here]
            states = {threads.state(*other, self._left()) for other in others} | {WAITS}
        return WORKS in states, WAITS in states or bool(self._jobs)

    def sleeps_for(self, seconds: float) -> bool:
        """Does nothing happen here within so many seconds of virtual time, unless another thread makes it?"""
        return self.idles and not self._ready and self._left() >= seconds  # type: ignore[attr-defined]

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
            tasks = in_order(asyncio.all_tasks(self))
            raise self._watch.report(telling.stuck(tasks, self._watch.threads.seen(), self._now))
        seconds, self._turns_now = when - self._now, 0
        for loop in self._watch.loops:  # in other threads: time is the same for all that idle
            if loop is not self and loop.idles:
                loop._now += min(max(seconds, 0.0), loop._left())
        self._now = max(self._now, when)
        return []

    # --- turns -------------------------------------------------------------------------------------------------------

    def count_turn(self) -> None:
        """One more turn. Raises BusyError where tasks run on and on."""
        self.turns += 1
        self._turns_now += 1
        if self.turns > self._limit:
            self._limit = self.turns + TURNS  # for the clean-up
            raise self._watch.report(telling.busy(in_order(asyncio.all_tasks(self)), self.turns, self._now))
        if self._turns_now > 10_000 and self._next() is not None:
            self._jump()  # somebody polls with sleep(0): time goes on all the same

    def grant_last_turns(self) -> None:
        """Its tasks have been cancelled: from now on they have few turns."""
        self._limit = self.turns + LAST_TURNS


class _Selector(selectors.BaseSelector):
    """Where the loop would sleep."""

    def __init__(self, loop: VirtualTimeLoop) -> None:
        self._loop = loop
        self.real = selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[Any]:
        self._loop.count_turn()
        if timeout == 0 and len(self.real.get_map()) == 1:
            return []  # the loop's own pipe only: it would wake who is awake
        return self.real.select(0) or (self._loop.wait() if timeout != 0 else [])

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

    def __init__(self, executor: Any, jobs: set[Future[Any]]) -> None:
        self._executor, self._jobs = executor, jobs

    def submit(self, func: Any, *args: Any) -> Any:
        return keep(self._executor.submit(func, *args), self._jobs)


@functools.cache
def policy() -> Any:
    """The event loop policy whose loops are VirtualTimeLoops."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # 3.14: the name only

        class VirtualTimePolicy(asyncio.DefaultEventLoopPolicy):
            def new_event_loop(self) -> asyncio.AbstractEventLoop:
                return VirtualTimeLoop()

        return VirtualTimePolicy()
