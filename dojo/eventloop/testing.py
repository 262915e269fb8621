"""What tests use: the decorator that lets a test run in virtual time, and what it can ask there."""

from __future__ import annotations

import asyncio
import functools
import gc
import inspect
from asyncio import events
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from dojo import taskstacks

from . import telling
from . import watch as _watch
from .blocked import Dog
from .errors import EventLoopError, TaskLeftError
from .loop import VirtualTimeLoop, policy
from .telling import in_order
from .watch import Watch

F = TypeVar("F", bound=Callable[..., Any])


def virtual_time(test: F) -> F:
    """Run a test, a coroutine function or an ordinary one, with virtual-time event loops. See the package."""
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
    return [taskstacks.line(task) for task in in_order(asyncio.all_tasks()) if task is not asyncio.current_task()]


@contextmanager
def _watching() -> Iterator[Watch]:
    """Loops made inside are virtual; raises what went wrong."""
    if _watch.current is not None:
        raise RuntimeError("a test in virtual time is under way already")
    watch = _watch.current = Watch()
    before = _set_policy(policy())
    watch.start()
    error: BaseException | None = None
    try:
        with Dog(watch):
            yield watch
    except BaseException as raised:
        error = raised
        raise
    finally:
        if error is None:
            gc.collect()
        watch.stop()
        _set_policy(before)
        _watch.current = None
        if error is None or not isinstance(error, GeneratorExit):
            watch.judge(error)


def _set_policy(new: Any) -> Any:
    """Returns the one before."""
    get = getattr(events, "_get_event_loop_policy", None) or events.get_event_loop_policy
    set_ = getattr(events, "_set_event_loop_policy", None) or events.set_event_loop_policy
    before = get()
    set_(new)
    return before


def _run(coroutine: Any, watch: Watch) -> None:
    """As asyncio.run, but what is left behind is an error."""
    loop = VirtualTimeLoop()
    try:
        main = loop.create_task(coroutine, name="the test")
        try:
            loop.run_until_complete(main)
            _settle(loop)
            left = in_order(asyncio.all_tasks(loop))
            if left:
                watch.report(telling.left(left))
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


def _clean_up(loop: VirtualTimeLoop, watch: Watch) -> None:
    """Cancel the tasks that are left; those that do not listen are a problem of their own."""
    known = list(watch.problems)
    try:
        for _ in range(3):
            left = asyncio.all_tasks(loop)
            if not left:
                break
            for task in left:
                task.cancel()
            loop.grant_last_turns()
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
    deaf = in_order(task for task in asyncio.all_tasks(loop) if task.cancelling())
    for task in asyncio.all_tasks(loop):
        task._log_destroy_pending = False  # type: ignore[attr-defined]
    if deaf:
        watch.problems[:] = [problem for problem in watch.problems if not isinstance(problem, TaskLeftError)]
        watch.problems.insert(0, telling.left(deaf))
