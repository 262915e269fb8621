"""A thread of its own closes both pools; the last thing that it does is to tell the loop so."""

from __future__ import annotations

import asyncio
import threading
import contextvars
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor


class PreviewService:
    def __init__(self, fetch, render, *, fetch_limit=4, processes=1, on_stage=None, ctx=None):
        if fetch_limit < 1:
            raise ValueError("fetch_limit must be at least 1")
        if processes < 1:
            raise ValueError("processes must be at least 1")
        self._fetch = fetch
        self._render = render
        self._fetch_limit = fetch_limit
        self._processes = processes
        self._on_stage = on_stage
        self._ctx = ctx
        self._is_open = False
        self._threads = None
        self._pool = None

    async def __aenter__(self):
        self._threads = ThreadPoolExecutor(max_workers=self._fetch_limit)
        self._pool = ProcessPoolExecutor(max_workers=self._processes, mp_context=self._ctx)
        self._is_open = True
        return self

    async def __aexit__(self, kind, error, trace):
        self._is_open = False
        threads = self._threads
        pool = self._pool

        def close_all():
            threads.shutdown(wait=True)
            pool.shutdown(wait=True)

        loop = asyncio.get_running_loop()
        closed = asyncio.Event()

        def close_and_tell():
            try:
                close_all()
            finally:
                loop.call_soon_threadsafe(closed.set)

        threading.Thread(target=close_and_tell).start()
        await closed.wait()

    async def preview(self, url):
        if self._is_open == False:
            raise RuntimeError("the service is not open")
        loop = asyncio.get_running_loop()
        context = contextvars.copy_context()

        def call_fetch():
            return context.run(self._fetch, url)

        data = await loop.run_in_executor(self._threads, call_fetch)
        if self._on_stage is not None:
            self._on_stage(url, "fetched")
        result = await loop.run_in_executor(self._pool, self._render, data)
        if self._on_stage is not None:
            self._on_stage(url, "rendered")
        return result
