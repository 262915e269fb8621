"""Calls fn before the span is open, and only awaits inside: what fn does before it returns is in the caller's path.

Rejected by: test_fn_is_called_inside_the_span
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

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
    finally:
        _path.reset(token)


async def map_tasks(fn: Callable[[T], Awaitable[R]], items: Sequence[T], *, limit: int) -> list[R]:
    if limit < 1:
        raise ValueError(limit)
    found: list[R | None] = [None] * len(items)

    async def one(number: int, item: T, done: Callable[[], None]) -> None:
        try:
            awaitable = fn(item)
            with span(f"item{number}"):
                found[number] = await awaitable
        finally:
            done()

    limiter = anyio.Semaphore(limit)
    async with anyio.create_task_group() as group:
        for number, item in enumerate(items):
            await limiter.acquire()
            group.start_soon(one, number, item, limiter.release)
    return found


async def map_threads(fn: Callable[[T], R], items: Sequence[T], *, limit: int) -> list[R]:
    if limit < 1:
        raise ValueError(limit)
    found: list[R | None] = [None] * len(items)
    threads = anyio.CapacityLimiter(limit)
    todo = enumerate(items)

    def call(number: int, item: T) -> None:
        with span(f"item{number}"):
            found[number] = fn(item)

    async def worker() -> None:
        for number, item in todo:
            await anyio.to_thread.run_sync(call, number, item, limiter=threads)

    async with anyio.create_task_group() as group:
        for _ in range(min(limit, len(items))):
            group.start_soon(worker)
    return found
