"""The path is one text that is cut at its last slash: a name with a slash in it is closed by half.

Rejected by: test_spans_in_plain_code
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import anyio
import anyio.to_thread

T = TypeVar("T")
R = TypeVar("R")

_path: ContextVar[str] = ContextVar("path", default="")


def current_path() -> str:
    return _path.get()


@contextmanager
def span(name: str) -> Iterator[None]:
    _path.set(f"{_path.get()}/{name}".lstrip("/"))
    try:
        yield
    finally:  # an error or a cancellation comes out of the yield
        _path.set(_path.get().rpartition("/")[0])


async def map_tasks(fn: Callable[[T], Awaitable[R]], items: Sequence[T], *, limit: int) -> list[R]:
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
    if limit < 1:
        raise ValueError(f"at least one at a time, not {limit}")
    limiter = anyio.CapacityLimiter(limit)  # the default one has 40 places, for everybody
    results: list[Any] = [None] * len(items)

    async def one(number: int, item: T) -> None:
        with span(f"item{number}"):
            results[number] = await anyio.to_thread.run_sync(fn, item, limiter=limiter)

    async with anyio.create_task_group() as group:
        for number, item in enumerate(items):
            group.start_soon(one, number, item)
    return results
