"""Port the tracing helper from asyncio to AnyIO, so that it runs on asyncio and on Trio.

An order service notes for each request which part of it is at work: "order 17/item1/price". The helper works
on asyncio only, mixes up requests that run at the same time, and in worker threads the path is lost.

Import anyio, not asyncio and not trio.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_path: list[str] = []  # TODO: whose path is this?


def current_path() -> str:
    """Names of the open spans of the current task or thread, joined by "/"; "" if there are none."""
    return "/".join(_path)


@contextmanager
def span(name: str) -> Iterator[None]:
    """Open a span: `with span("price"): ...`

    It is visible here, and in the tasks and worker threads that are started inside; not in siblings, and not
    in the parent. It is closed in any case, and errors go on.
    """
    # TODO: and if the block raises?
    _path.append(name)
    yield
    _path.pop()


async def map_tasks(fn: Callable[[T], Awaitable[R]], items: Sequence[T], *, limit: int) -> list[R]:
    """await fn(item) for each item, in span("item0"), span("item1"), ... and in tasks that are started for it.

    They start with the caller's context variables, and their changes do not reach the caller. At most `limit` at
    once, and that many if there is work. Results in the order of the items. The first error cancels the others,
    waits for them and comes out in an ExceptionGroup. Cancellation from outside cancels all, waits for them and
    is passed on. ValueError if limit < 1.
    """
    # TODO: what does gather do with the others when one fails?
    semaphore = asyncio.Semaphore(limit)

    async def one(number: int, item: T) -> R:
        async with semaphore:
            with span(f"item{number}"):
                return await fn(item)

    return await asyncio.gather(*(one(number, item) for number, item in enumerate(items)))


async def map_threads(fn: Callable[[T], R], items: Sequence[T], *, limit: int) -> list[R]:
    """The same for a blocking fn, in worker threads. current_path() in fn: the caller's spans and the item's.

    A thread cannot be cancelled: after an error at most `limit` further items are started, and the running
    ones are waited for.
    """
    # TODO: how many at once, and in which span?
    loop = asyncio.get_running_loop()
    return list(await asyncio.gather(*(loop.run_in_executor(None, fn, item) for item in items)))
