"""Raises on leaving what a feed has failed with, although the viewer never came to that, and hides the body's error.

Rejected by: test_error_that_nobody_read
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")

_END = object()


class _Failed:
    def __init__(self, error: Exception) -> None:
        self.error = error


def merge(*feeds: AsyncIterable[T], buffer: int = 1) -> AbstractAsyncContextManager[AsyncIterator[T]]:
    if buffer < 1:
        raise ValueError(f"buffer has to be at least 1, not {buffer}")
    return _merged(feeds, buffer)


@asynccontextmanager
async def _merged(feeds: tuple[AsyncIterable[T], ...], buffer: int) -> AsyncGenerator[AsyncIterator[T], None]:
    queue: asyncio.Queue[Any] = asyncio.Queue(buffer)
    pumps = [asyncio.create_task(_pump(feed, queue)) for feed in feeds]
    try:
        yield _events(queue, len(feeds))
    finally:
        late = None
        while not queue.empty():
            if isinstance(item := queue.get_nowait(), _Failed):
                late = item.error
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        for feed in feeds:
            if hasattr(feed, "aclose"):
                await feed.aclose()
        if late:
            raise late


async def _pump(feed: AsyncIterable[T], queue: asyncio.Queue[Any]) -> None:
    try:
        async for event in feed:
            await queue.put(event)
    except Exception as error:
        await queue.put(_Failed(error))
    else:
        await queue.put(_END)


async def _events(queue: asyncio.Queue[Any], running: int) -> AsyncIterator[Any]:
    while running:
        event = await queue.get()
        if event is _END:
            running -= 1
        elif isinstance(event, _Failed):
            raise event.error
        else:
            yield event
