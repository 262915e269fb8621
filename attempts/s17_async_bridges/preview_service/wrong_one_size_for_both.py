"""Has as many threads as the larger of the two limits, and more fetches run than allowed.

Rejected by: test_more_processes_than_fetches
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.context import BaseContext
from types import TracebackType


class PreviewService:
    def __init__(
        self,
        fetch: Callable[[str], bytes],
        render: Callable[[bytes], bytes],
        *,
        fetch_limit: int = 4,
        processes: int = 1,
        on_stage: Callable[[str, str], None] | None = None,
        ctx: BaseContext | None = None,
    ) -> None:
        if fetch_limit < 1:
            raise ValueError("fetch_limit must be at least 1")
        if processes < 1:
            raise ValueError("processes must be at least 1")
        self._fetch = fetch
        self._render = render
        self._fetch_limit = fetch_limit
        self._process_count = processes
        self._on_stage = on_stage
        self._ctx = ctx
        self._threads = ThreadPoolExecutor(max(fetch_limit, processes))
        self._processes = ProcessPoolExecutor(processes, mp_context=ctx)
        self._open = False

    async def __aenter__(self) -> PreviewService:
        self._open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open = False
        closing = asyncio.ensure_future(asyncio.to_thread(self._close))
        cancelled: asyncio.CancelledError | None = None
        while not closing.done():
            try:
                await asyncio.shield(closing)
            except asyncio.CancelledError as e:
                cancelled = e
        if cancelled is not None:
            raise cancelled

    def _close(self) -> None:
        self._threads.shutdown()
        self._processes.shutdown()

    async def preview(self, url: str) -> bytes:
        if not self._open:
            raise RuntimeError("the service is closed")
        loop = asyncio.get_running_loop()
        context = contextvars.copy_context()
        data = await loop.run_in_executor(self._threads, context.run, self._fetch, url)
        self._tell(url, "fetched")
        image = await loop.run_in_executor(self._processes, self._render, data)
        self._tell(url, "rendered")
        return image

    def _tell(self, url: str, stage: str) -> None:
        if self._on_stage is not None:
            self._on_stage(url, stage)
