"""Looks for the end with ==: an event that is equal to everything is lost.

Rejected by: test_one_feed_may_end_early
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager


_END = object()


class _E:
    def __init__(self, error):
        self.error = error


class _Events:
    def __init__(self, queue, open_feeds):
        self._queue = queue
        self._open = open_feeds

    def __aiter__(self):
        return self

    async def __anext__(self):
        while self._open:
            what = await self._queue.get()
            if not isinstance(what, _E) and not what == _END:
                return what
            kind = "error" if isinstance(what, _E) else ""
            what = what.error if kind else what
            self._open -= 1
            if kind == "error":
                raise what
        raise StopAsyncIteration


async def _pump(iterator, queue):
    try:
        async for event in iterator:
            await queue.put(event)
    except Exception as error:
        await queue.put(_E(error))
    else:
        await queue.put(_END)


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
        await asyncio.gather(*pumps, return_exceptions=True)
        for feed, iterator in zip(feeds, iterators):
            for thing in (iterator, feed) if feed is not iterator else (feed,):
                if hasattr(thing, "aclose"):
                    await thing.aclose()
