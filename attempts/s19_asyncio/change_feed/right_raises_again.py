"""Whoever iterates on after a feed has failed gets that error again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

T = TypeVar("T")


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
        raise ValueError("buffer")
    return _Merge(feeds, buffer)


class _Merge:
    def __init__(self, feeds, buffer):
        self.feeds, self.queue, self.running = feeds, asyncio.Queue(buffer), len(feeds)
        self.tasks = []
        self.error = None

    async def __aenter__(self):
        self.tasks = [asyncio.create_task(self.pump(feed)) for feed in self.feeds]
        return self

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.error is not None:
            raise self.error
        while self.running:
            kind, what = await self.queue.get()
            if kind == "event":
                return what
            if kind == "error":
                self.error = what
                raise what
            self.running -= 1
        raise StopAsyncIteration

    async def pump(self, feed):
        try:
            async for event in feed:
                await self.queue.put(("event", event))
            await self.queue.put(("end", None))
        except Exception as error:
            await self.queue.put(("error", error))

    async def __aexit__(self, *_):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for feed in self.feeds:
            if hasattr(feed, "aclose"):
                await feed.aclose()
