"""What tests use: `@interleave`, `together`, `settle`, `outcomes`."""

from __future__ import annotations

import functools
import inspect
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Any, TypeVar, overload

from . import search as _search
from . import token
from .errors import Abandoned, InterleaveError, UnfitScheduleError
from .exploration import Exploration
from .narrate import attach, confirm, narrated
from .primitives import before_calling
from .run import Run, controlled
from .search import SearchResult
from .steps import AFTER_ALL

F = TypeVar("F", bound=Callable[..., None])


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run each callable in a thread of its own, wait for all, return their results in order.

    What one of them raised is raised here; what several raised, as an exception group in their order. SystemExit ends
    the thread without a word, as in any other.
    """
    results: list[Any] = [None] * len(calls)
    errors: list[BaseException | None] = [None] * len(calls)

    def life(index: int, call: Callable[[], Any]) -> None:
        try:
            before_calling(call)
            results[index] = call()
        except (Abandoned, SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # pytest.fail's is no Exception
            errors[index] = error

    threads = []
    for index, call in enumerate(calls):
        target = functools.partial(life, index, call)
        target.__name__ = _name_of(call)  # type: ignore[attr-defined]
        threads.append(threading.Thread(target=target))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    raised = [error for error in errors if error is not None]
    if len(raised) == 1:
        raise raised[0]
    if raised:
        raise BaseExceptionGroup(f"{len(raised)} of {len(calls)} threads failed", raised)
    return results


def _name_of(call: Any) -> str:
    while isinstance(call, functools.partial):
        call = call.func
    return str(getattr(call, "__name__", type(call).__name__)).replace("<lambda>", "lambda")


def settle() -> None:
    """Return when every other controlled thread waits or has ended: all have gone as far as they can."""
    run = controlled()
    if run is None:
        raise InterleaveError("settle() works in a thread that @interleave controls")
    if run.aborting:
        return
    run.take(None, lambda: False, "everybody else to wait or end", last=True, accesses=(AFTER_ALL,))


@overload
def interleave(test: F, /) -> F: ...
@overload
def interleave(
    *,
    preemptions: int | None = None,
    schedules: int | None = None,
    steps: int | None = None,
    timeouts: bool = False,
    naps: bool = False,
) -> Callable[[F], F]: ...
def interleave(
    test: Any = None,
    /,
    *,
    preemptions: int | None = None,
    schedules: int | None = None,
    steps: int | None = None,
    timeouts: bool = False,
    naps: bool = False,
) -> Any:
    """Decorate a test: its body runs once per schedule, until one fails or the search ends.

    The body is the main thread; the threads that it, or the code under test, starts run one at a time, and a search
    decides where they take turns. Works under Hypothesis' @given, with fixtures and parametrize.

    preemptions: leave out schedules with more of them than this (default: no bound)
    schedules: how many schedules the search runs at most (default: 200); where that is not all of them, a third as
        many are drawn at random
    steps: how many steps one schedule may have
    timeouts: may timed waits expire although others could still run?
    naps: is it right to wait for a long work in short naps? They grow longer when three quarters of the steps are made,
        so that these suffice
    """

    def decorate(function: Any) -> Any:
        if inspect.iscoroutinefunction(function):
            raise TypeError("@interleave controls threads; for a coroutine use the virtual-time event loop")

        @functools.wraps(function)
        def explored(*args: Any, **kwargs: Any) -> None:
            explore(
                functools.partial(function, *args, **kwargs),
                preemptions=preemptions,
                schedules=schedules,
                step_limit=steps,
                timeouts=timeouts,
                naps=naps,
            )

        return explored

    return decorate if test is None else decorate(test)


DRAWN_SHARE = 5
"""Where Hypothesis draws the workload, each of its examples gets the budget divided by this."""


def _data_is_drawn() -> bool:
    hypothesis = sys.modules.get("hypothesis")
    return hypothesis is not None and hypothesis.currently_in_test_context()


def reproduce(
    schedule: str, *, steps: int | None = None, timeouts: bool = False, naps: bool = False
) -> Callable[[F], F]:
    """Decorate a test instead of @interleave: run the one schedule that the token names, with its picture.

    The rest is as it was for @interleave. UnfitScheduleError if the code has changed so that the token does not name a
    schedule of it any more.
    """
    deviations, check = token.decode(schedule)

    def decorate(function: Any) -> Any:
        @functools.wraps(function)
        def replayed(*args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True
            program = functools.partial(function, *args, **kwargs)
            with Exploration(program, step_limit=steps, timeouts=timeouts, naps=naps) as exploration:
                run, narrator = narrated(exploration, deviations)
            if token.checksum(run) != check:
                raise UnfitScheduleError(
                    f"the token {schedule!r} does not fit the code any more: the threads make other steps now. "
                    "Use @interleave to search again."
                )
            if run.error is not None:
                attach(run.error, run, narrator)
                raise run.error

        return replayed

    return decorate


EFFORTS = {"quick": Fraction(1, 10), "": Fraction(1), "thorough": Fraction(10)}
"""The environment variable DOJO_EFFORT -> what the budget is multiplied with (where Hypothesis draws the workload:
the number of its examples, not the budget of each). Only "thorough" draws afresh."""


def _effort() -> str:
    return os.environ.get("DOJO_EFFORT", "")


def explore(
    program: Callable[[], Any],
    *,
    preemptions: int | None = None,
    schedules: int | None = None,
    step_limit: int | None = None,
    timeouts: bool = False,
    naps: bool = False,
) -> SearchResult:
    """Search the schedules of program(); raise what the simplest failing one raises, with its picture as a note."""
    __tracebackhide__ = True
    with Exploration(program, step_limit=step_limit, timeouts=timeouts, naps=naps) as exploration:
        effort = _effort()
        drawn = _data_is_drawn()
        factor = Fraction(1) if drawn else EFFORTS[effort]
        share = DRAWN_SHARE if drawn else 1
        searched = schedules or _search.SCHEDULES // share
        result = _search.search(
            exploration.run,
            seed=int.from_bytes(os.urandom(4), "big") if effort == "thorough" else None,
            preemptions=preemptions,
            schedules=ceil(searched * factor),
            samples=int(searched * _search.SAMPLES // _search.SCHEDULES * factor),
            steps=int(_search.STEPS * factor) if schedules is None else None,
        )
        if result.error is None:
            return result
        error = confirm(exploration, result)
    raise error


def search_program(
    program: Callable[[], Any], *, seed: int = 0, schedules: int = 10_000, preemptions: int | None = None
) -> SearchResult:
    """Search the schedules of program() without raising: for benchmarks. The seed draws the order of the search."""
    with Exploration(program) as exploration:
        return _search.search(
            exploration.run,
            seed=seed,
            preemptions=preemptions,
            schedules=schedules // 2,
            samples=schedules - schedules // 2,
            steps=None,
            minimal=False,
        )


def random_walk(program: Callable[[], Any], *, seed: int = 0, schedules: int = 1000) -> SearchResult:
    """Run program() under plain random scheduling until it fails."""
    result = SearchResult()
    with Exploration(program) as exploration:
        for run in _search.random_walk(exploration.run, seed=seed, schedules=schedules):
            result.schedules += 1
            if run.error is not None:
                result.error = run.error
                break
    return result


@dataclass
class Outcomes:
    """What a program can come to."""

    values: set[Any] = field(default_factory=set)
    """Everything it returned (hashable values)."""
    errors: list[BaseException] = field(default_factory=list)
    """One exception of each type that it, or the scheduler, raised."""
    schedules: int = 0
    """How many interleavings were run; each differs from all others in the order of dependent steps."""
    complete: bool = False
    """Were these all?"""


def outcomes(
    program: Callable[[], Any], *, preemptions: int | None = None, schedules: int | None = 100_000
) -> Outcomes:
    """Run program() under every interleaving (within the bounds given) and collect what it returns or raises."""
    found = Outcomes()

    def collect(run: Run) -> None:
        if run.error is None:
            found.values.add(run.result)
        elif not any(type(error) is type(run.error) for error in found.errors):
            found.errors.append(run.error)

    with Exploration(program) as exploration:
        found.schedules, found.complete = _search.everything(
            exploration.run, collect, preemptions=preemptions, schedules=schedules
        )
    return found
