"""A feed that fails with TimeoutError just ends: the viewer believes that it has seen everything.

Rejected by: test_error_after_earlier_events
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

T = TypeVar("T")


@asynccontextmanager
async def _merge(feeds, buffer):
    queue: asyncio.Queue = asyncio.Queue(maxsize=buffer)

    async def pump(feed):
        try:
            async for event in feed:
                await queue.put(("event", event))
        except TimeoutError:
            await queue.put(("end", None))
        except Exception as exc:
            await queue.put(("error", exc))
        else:
            await queue.put(("end", None))

    async def events():
        running = len(feeds)
        while running:
            kind, value = await queue.get()
            if kind == "event":
                yield value
            elif kind == "error":
                raise value
            else:
                running -= 1

    tasks = [asyncio.create_task(pump(feed)) for feed in feeds]
    iterator = events()
    try:
        yield iterator
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await iterator.aclose()
        for feed in feeds:
            aclose = getattr(feed, "aclose", None)
            if aclose is not None:
                await aclose()


def merge(*feeds, buffer: int = 1):
    if buffer < 1:
        raise ValueError("buffer must be at least 1")
    return _merge(feeds, buffer)
