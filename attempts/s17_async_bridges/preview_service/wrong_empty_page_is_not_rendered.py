"""A page without content is given back as it is, not rendered.

Rejected by: test_result
"""

from __future__ import annotations

import asyncio
import contextvars
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor


class PreviewService:
    def __init__(self, fetch, render, *, fetch_limit=4, processes=1, on_stage=None, ctx=None):
        if fetch_limit < 1 or processes < 1:
            raise ValueError("at least one")
        self._fetch, self._render, self._on_stage = fetch, render, on_stage
        self._limit, self._number, self._ctx = fetch_limit, processes, ctx
        self._open = False

    async def __aenter__(self):
        self._threads = ThreadPoolExecutor(self._limit)
        self._processes = ProcessPoolExecutor(self._number, mp_context=self._ctx)
        self._open = True
        return self

    async def __aexit__(self, kind, error, trace):
        self._open = False
        ends = [asyncio.ensure_future(asyncio.to_thread(p.shutdown)) for p in (self._threads, self._processes)]
        everything = asyncio.gather(*ends)
        cancelled = None
        while not everything.done():
            try:
                await asyncio.shield(everything)
            except asyncio.CancelledError as e:
                cancelled = e
        everything.result()
        if cancelled is not None:
            raise cancelled

    async def preview(self, url):
        if not self._open:
            raise RuntimeError("outside of async with")
        loop = asyncio.get_running_loop()
        context = contextvars.copy_context()
        data = await loop.run_in_executor(self._threads, context.run, self._fetch, url)
        self._tell(url, "fetched")
        if not data:
            return data
        picture = await loop.run_in_executor(self._processes, self._render, data)
        self._tell(url, "rendered")
        return picture

    def _tell(self, url, stage):
        if self._on_stage is not None:
            self._on_stage(url, stage)
