"""Wrong: the threads must be waited for, so the whole of map_threads is shielded. Called off, it does all items.

Rejected by: test_threads_are_called_off
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import anyio
import anyio.to_thread

T = TypeVar("T")
R = TypeVar("R")

_path: ContextVar[tuple[str, ...]] = ContextVar("_path", default=())


def current_path() -> str:
    return "/".join(_path.get())


@contextmanager
def span(name: str) -> Iterator[None]:
    token = _path.set((*_path.get(), name))
    try:
        yield
    finally:
        _path.reset(token)


async def map_tasks(fn: Callable[[T], Awaitable[R]], items: Sequence[T], *, limit: int) -> list[R]:
    if limit < 1:
        raise ValueError("limit must be at least 1")
    results = [None] * len(items)
    limiter = anyio.CapacityLimiter(limit)

    async def one(number, item):
        async with limiter:
            with span(f"item{number}"):
                results[number] = await fn(item)

    async with anyio.create_task_group() as group:
        for number, item in enumerate(items):
            group.start_soon(one, number, item)
    return results


async def map_threads(fn: Callable[[T], R], items: Sequence[T], *, limit: int) -> list[R]:
    if limit < 1:
        raise ValueError("limit must be at least 1")
    results = [None] * len(items)
    limiter = anyio.CapacityLimiter(limit)

    async def one(number, item):
        with span(f"item{number}"):
            results[number] = await anyio.to_thread.run_sync(fn, item, limiter=limiter)

    with anyio.CancelScope(shield=True):
        async with anyio.create_task_group() as group:
            for number, item in enumerate(items):
                group.start_soon(one, number, item)
    return results
