"""Build a pipeline whose stages all work at the same time, and whose results come out in the order of the source.

A photo site decodes, shrinks and watermarks uploads. Each step has threads of its own. A fast step must not
flood a slow one, and everything ends cleanly: at the end, after an error, and when the caller stops early.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple


class Stage(NamedTuple):
    """One step: work(item) is called in one of `workers` threads, and its result goes to the next stage."""

    work: Callable[[Any], Any]
    workers: int = 1


def run_pipeline(source: Iterable[Any], stages: Sequence[Stage], *, in_flight: int) -> Iterator[Any]:
    """Generator: yield work_n(...work_1(item)) for each item, in the order of source. Starts at the first next().

    - The work of a stage runs only in that stage's own `workers` threads. All stages, and all workers of a
      stage, work at the same time, also while source is slow. Without stages: yields the items.
    - source is iterated by one thread at a time (it may be a generator), and it may be endless: what has been
      yielded is not kept.
    - Backpressure: up to in_flight items are under way at once. When next() has been called n times, at most
      in_flight + n - 1 items have been taken from source.
    - If source or a work raises an Exception for item k, all results before k are yielded first, then that
      exception is raised. No work is started after it has been raised.
    - When the generator ends (exhausted, error, close()), all its threads have ended and what was still under
      way is dropped: a work that runs is waited for, none is started any more.

    Every value is a value: None and exception objects too. ValueError (at the call or at the first next()) if
    in_flight < 1 or a stage has workers < 1.
    """
    raise NotImplementedError  # TODO
