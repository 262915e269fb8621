"""Awaits its cancelled tasks one by one and passes over CancelledError: also over that of the viewer.

Rejected by: test_cancelled_while_leaving
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager


class _Events:
    def __init__(self, queue, open_feeds):
        self._queue = queue
        self._open = open_feeds

    def __aiter__(self):
        return self

    async def __anext__(self):
        while self._open:
            kind, what = await self._queue.get()
            if kind == "event":
                return what
            self._open -= 1
            if kind == "error":
                raise what
        raise StopAsyncIteration


async def _pump(iterator, queue):
    try:
        async for event in iterator:
            await queue.put(("event", event))
    except Exception as error:
        await queue.put(("error", error))
    else:
        await queue.put(("end", None))


@asynccontextmanager
async def merge(*feeds, buffer=1):
    if buffer < 1:
        raise ValueError("buffer must be at least 1")
    queue = asyncio.Queue(buffer)
    iterators = [feed.__aiter__() for feed in feeds]
    pumps = [asyncio.create_task(_pump(iterator, queue)) for iterator in iterators]
    try:
        yield _Events(queue, len(feeds))
    finally:
        for pump in pumps:
            pump.cancel()
        for pump in pumps:
            try:
                await pump
            except asyncio.CancelledError:
                pass
        for feed, iterator in zip(feeds, iterators):
            for thing in (iterator, feed) if feed is not iterator else (feed,):
                if hasattr(thing, "aclose"):
                    await thing.aclose()
