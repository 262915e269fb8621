"""Merge several feeds into one, as their events come, and unsubscribe from all of them however the viewer leaves.

A task for each feed pumps its events into one queue, whose size is what keeps them from reading ahead. The end of a
feed and its error go through the same queue, so that they come after its events. Leaving has an order: first the
pumps are cancelled and awaited, since a generator cannot be closed while somebody is waiting in it; then the feeds are
closed, since a generator that stands at its yield has not heard of any of this.
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
    """The events of all feeds, as they come:

        async with merge(a, b) as events:
            async for event in events: ...

    - Each event is available as soon as its feed has it, also while the viewer is busy with another; the order within
      one feed is kept. The events end when all feeds have ended.
    - At most buffer + len(feeds) events have been taken from the feeds and not yet been delivered.
    - A feed's Exception is raised by the iteration, bare, after that feed's earlier events.
    - When the block has been left (end, break, exception in the body, error of a feed, cancellation), no task of merge
      is running, and each feed is closed (aclose), its clean-up finished. Clean-ups may await; they do not raise.
    - An exception of the body leaves the block unchanged. So does a cancellation that comes while the block is being
      left; it may cut the clean-up short.

    Raises ValueError if buffer < 1. No feeds: no events.
    """
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
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        for feed in feeds:
            if hasattr(feed, "aclose"):
                await feed.aclose()


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
