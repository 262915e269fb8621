"""At the end it waits for the previews that run before it closes the door: new ones come in meanwhile.

Rejected by: test_leaving_does_not_block
"""

from __future__ import annotations

import asyncio
import contextvars
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor


class PreviewService:
    def __init__(self, fetch, render, *, fetch_limit=4, processes=1, on_stage=None, ctx=None):
        if fetch_limit < 1 or processes < 1:
            raise ValueError("at least one of each")
        self._fetch, self._render = fetch, render
        self._on_stage = on_stage
        self._fetch_limit, self._processes, self._ctx = fetch_limit, processes, ctx
        self._open = False
        self._running = 0

    async def __aenter__(self):
        self._loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(self._fetch_limit)
        self._workers = ProcessPoolExecutor(self._processes, mp_context=self._ctx)
        self._idle = asyncio.Event()
        self._idle.set()
        self._open = True
        return self

    async def __aexit__(self, kind, error, trace):
        await self._idle.wait()
        await asyncio.to_thread(self._threads.shutdown)
        await asyncio.to_thread(self._workers.shutdown)
        self._open = False

    async def preview(self, url):
        if not self._open:
            raise RuntimeError("the service is not open")
        self._running += 1
        self._idle.clear()
        try:
            context = contextvars.copy_context()
            data = await self._loop.run_in_executor(self._threads, context.run, self._fetch, url)
            self._tell(url, "fetched")
            picture = await self._loop.run_in_executor(self._workers, self._render, data)
            self._tell(url, "rendered")
            return picture
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    def _tell(self, url, stage):
        if self._on_stage is not None:
            self._on_stage(url, stage)
