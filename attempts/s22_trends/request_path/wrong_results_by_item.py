"""Keeps the results by item: two equal items get the result of one of them.

Rejected by: test_nested_maps, test_thread_sees_path
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
    return "/".join(_path.get())


@contextmanager
def span(name: str) -> Iterator[None]:
    token = _path.set((*_path.get(), name))
    try:
        yield
    finally:  # an error or a cancellation comes out of the yield
        _path.reset(token)


async def map_tasks(fn: Callable[[T], Awaitable[R]], items: Sequence[T], *, limit: int) -> list[R]:
    if limit < 1:
        raise ValueError(f"at least one at a time, not {limit}")
    limiter = anyio.CapacityLimiter(limit)
    results: Any = {}  # a task group returns nothing: each task has its place

    async def one(number: int, item: T) -> None:
        async with limiter:
            with span(f"item{number}"):
                results[item] = await fn(item)

    async with anyio.create_task_group() as group:
        for number, item in enumerate(items):
            group.start_soon(one, number, item)
    return [results[item] for item in items]


async def map_threads(fn: Callable[[T], R], items: Sequence[T], *, limit: int) -> list[R]:
    if limit < 1:
        raise ValueError(f"at least one at a time, not {limit}")
    limiter = anyio.CapacityLimiter(limit)  # the default one has 40 places, for everybody
    results: Any = {}

    async def one(number: int, item: T) -> None:
        with span(f"item{number}"):
            results[item] = await anyio.to_thread.run_sync(fn, item, limiter=limiter)

    async with anyio.create_task_group() as group:
        for number, item in enumerate(items):
            group.start_soon(one, number, item)
    return [results[item] for item in items]
