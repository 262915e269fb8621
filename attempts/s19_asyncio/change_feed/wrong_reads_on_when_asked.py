"""Reads a feed on only when the viewer comes back: while he is busy, nobody reads.

Rejected by: test_read_while_the_viewer_is_busy
"""

from __future__ import annotations

import asyncio
from collections import deque


class merge:  # noqa: N801
    def __init__(self, *feeds, buffer=1):
        if buffer < 1:
            raise ValueError(buffer)
        self._feeds = feeds

    async def __aenter__(self):
        self._done = deque()
        self._wake = asyncio.Event()
        self._busy = {}
        self._iterators = [feed.__aiter__() for feed in self._feeds]
        for iterator in self._iterators:
            self._ask(iterator)
        return self

    def _ask(self, iterator):
        async def ask():
            try:
                return "event", await iterator.__anext__()
            except StopAsyncIteration:
                return "end", None
            except Exception as error:
                return "error", error

        task = asyncio.ensure_future(ask())
        self._busy[task] = iterator
        task.add_done_callback(self._finished)

    def _finished(self, task):
        self._done.append(task)
        self._wake.set()

    def __aiter__(self):
        return self

    _later = None

    async def __anext__(self):
        if self._later is not None:
            self._ask(self._later)
            self._later = None
        while self._busy:
            while not self._done:
                self._wake.clear()
                await self._wake.wait()
            task = self._done.popleft()
            iterator = self._busy.pop(task)
            kind, value = task.result()
            if kind == "event":
                self._later = iterator
                return value
            if kind == "error":
                raise value
        raise StopAsyncIteration

    async def _close(self):
        for task in self._busy:
            task.cancel()
        if self._busy:
            await asyncio.wait(self._busy)
        for thing in {id(x): x for x in (*self._iterators, *self._feeds)}.values():
            if hasattr(thing, "aclose"):
                await thing.aclose()

    async def __aexit__(self, *exc):
        closing = asyncio.create_task(self._close())
        cancelled = None
        while not closing.done():
            try:
                await asyncio.shield(closing)
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            raise cancelled
        return False
