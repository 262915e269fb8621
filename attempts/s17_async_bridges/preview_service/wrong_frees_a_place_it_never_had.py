"""Whoever is cancelled while waiting for a place frees one that he never had: then more fetches run than allowed.

Rejected by: test_cancelled_before_fetch
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor


class PreviewService:
    def __init__(self, fetch, render, *, fetch_limit=4, processes=1, on_stage=None, ctx=None):
        if fetch_limit < 1:
            raise ValueError("fetch_limit must be at least 1")
        if processes < 1:
            raise ValueError("processes must be at least 1")
        self._fetch, self._render = fetch, render
        self._fetch_limit, self._processes = fetch_limit, processes
        self._on_stage = on_stage or (lambda url, stage: None)
        self._ctx = ctx
        self._pool = None
        self._open = False
        self._threads = set()

    async def __aenter__(self):
        if self._open:
            raise RuntimeError("already open")
        self._open = True
        self._places = asyncio.Semaphore(self._fetch_limit)
        return self

    async def __aexit__(self, *exc):
        self._open = False
        while self._threads:
            await asyncio.wait(list(self._threads))
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await asyncio.get_running_loop().run_in_executor(None, pool.shutdown)

    async def _fetch_in_thread(self, url):
        try:
            await self._places.acquire()
        except asyncio.CancelledError:
            self._places.release()
            raise
        task = asyncio.create_task(asyncio.to_thread(self._fetch, url))
        self._threads.add(task)

        def over(task):
            self._threads.discard(task)
            self._places.release()
            if not task.cancelled():
                task.exception()

        task.add_done_callback(over)
        return await asyncio.shield(task)

    async def preview(self, url):
        if not self._open:
            raise RuntimeError("outside async with")
        data = await self._fetch_in_thread(url)
        self._on_stage(url, "fetched")
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self._processes, mp_context=self._ctx)
        preview = await asyncio.get_running_loop().run_in_executor(self._pool, self._render, data)
        self._on_stage(url, "rendered")
        return preview
