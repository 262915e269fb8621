"""Uses the default limiter, with its 40 places for everybody.

Rejected by: test_limit_of_threads
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import anyio
import anyio.to_thread

T = TypeVar("T")
R = TypeVar("R")

_path: ContextVar[tuple[str, ...]] = ContextVar("path", default=())


def current_path() -> str:
    """Names of the open spans of the current task or thread, joined by "/"; "" if there are none."""
    return "/".join(_path.get())


@contextmanager
def span(name: str) -> Iterator[None]:
    """Open a span: `with span("price"): ...`

    It is visible here, and in the tasks and worker threads that are started inside; not in siblings, and not
    in the parent. It is closed in any case, and errors go on.
    """
    token = _path.set((*_path.get(), name))
    try:
        yield
    finally:  # an error or a cancellation comes out of the yield
        _path.reset(token)


async def map_tasks(fn: Callable[[T], Awaitable[R]], items: Sequence[T], *, limit: int) -> list[R]:
    """await fn(item) for each item, in span("item0"), span("item1"), ... and in tasks that are started for it.

    At most `limit` at once, and that many if there is work. Results in the order of the items. The first
    error cancels the others, waits for them and comes out in an ExceptionGroup. ValueError if limit < 1.
    """
    if limit < 1:
        raise ValueError(f"at least one at a time, not {limit}")
    limiter = anyio.CapacityLimiter(limit)
    results: list[Any] = [None] * len(items)  # a task group returns nothing: each task has its place

    async def one(number: int, item: T) -> None:
        async with limiter:
            with span(f"item{number}"):
                results[number] = await fn(item)

    async with anyio.create_task_group() as group:
        for number, item in enumerate(items):
            group.start_soon(one, number, item)
    return results


async def map_threads(fn: Callable[[T], R], items: Sequence[T], *, limit: int) -> list[R]:
    """The same for a blocking fn, in worker threads. current_path() in fn: the caller's spans and the item's.

    A thread cannot be cancelled: after an error at most `limit` further items are started, and the running
    ones are waited for.
    """
    if limit < 1:
        raise ValueError(f"at least one at a time, not {limit}")
    results: list[Any] = [None] * len(items)

    async def one(number: int, item: T) -> None:
        with span(f"item{number}"):
            results[number] = await anyio.to_thread.run_sync(fn, item)

    async with anyio.create_task_group() as group:
        for number, item in enumerate(items):
            group.start_soon(one, number, item)
    return results
