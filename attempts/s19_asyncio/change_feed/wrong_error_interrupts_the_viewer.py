"""The error of a feed cancels the viewer while it is busy with an earlier event, as a TaskGroup does.

Rejected by: test_error_of_a_feed_that_a_slow_viewer_reads
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
        self._viewer = asyncio.current_task()
        self._err = None
        self._in = False
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
        if not task.cancelled() and task.result()[0] == 'error' and not self._in:
            self._viewer.cancel()
            self._err = task.result()[1]
        self._wake.set()

    def __aiter__(self):
        return self

    async def __anext__(self):
        self._in = True
        while self._busy:
            self._in = True
            while not self._done:
                self._wake.clear()
                await self._wake.wait()
            task = self._done.popleft()
            iterator = self._busy.pop(task)
            kind, value = task.result()
            if kind == "event":
                self._ask(iterator)
                self._in = False
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
        if self._err and exc[0] is asyncio.CancelledError:
            self._viewer.uncancel()
        self._in = True
        closing = asyncio.create_task(self._close())
        cancelled = None
        while not closing.done():
            try:
                await asyncio.shield(closing)
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            raise cancelled
        if self._err and exc[0] is asyncio.CancelledError:
            raise self._err from None
        return False
