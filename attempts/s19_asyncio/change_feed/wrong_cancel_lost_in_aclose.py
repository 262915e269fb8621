"""Swallows a cancellation that comes while it awaits a feed's aclose: the viewer goes on behind the block.

Rejected by: test_cancelled_while_leaving
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

T = TypeVar("T")


def merge(*feeds: AsyncIterable[T], buffer: int = 1) -> AbstractAsyncContextManager[AsyncIterator[T]]:
    if buffer < 1:
        raise ValueError("buffer < 1")
    return _Merge(feeds, buffer)


class _Merge:
    def __init__(self, feeds: tuple[AsyncIterable[Any], ...], buffer: int) -> None:
        self._feeds = feeds
        self._buffer = buffer
        self._left = len(feeds)
        self._pumps: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> _Merge:
        self._queue = asyncio.Queue(self._buffer)
        self._iterators = [aiter(feed) for feed in self._feeds]
        self._pumps = [asyncio.create_task(self._pump(one)) for one in self._iterators]
        return self

    async def _pump(self, iterator: AsyncIterator[Any]) -> None:
        try:
            async for event in iterator:
                await self._queue.put(("event", event))
        except Exception as error:
            await self._queue.put(("error", error))
        else:
            await self._queue.put(("end", None))

    def __aiter__(self) -> _Merge:
        return self

    async def __anext__(self) -> Any:
        while self._left:
            kind, value = await self._queue.get()
            if kind == "event":
                return value
            self._left -= 1
            if kind == "error":
                raise value
        raise StopAsyncIteration

    async def __aexit__(self, *exc: object) -> None:
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        for iterator in self._iterators:
            close = getattr(iterator, "aclose", None)
            if close is not None:
                try:
                    await close()
                except asyncio.CancelledError:
                    pass
