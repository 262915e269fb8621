"""Calls fetch in the loop's thread.

Rejected by: test_loop_stays_free_during_fetch
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextvars import copy_context
from multiprocessing.context import BaseContext
from types import TracebackType


class PreviewService:
    """`async with PreviewService(fetch, render) as service: data = await service.preview(url)`; for one event loop.

    fetch blocks and waits for the network; render computes. `render` can be pickled; fetch need not be.
    fetch_limit: so many fetches run at once at most. processes: so many worker processes render at most.
    on_stage(url, stage) is told of each stage. ctx: the multiprocessing context of the worker processes.

    Raises ValueError if fetch_limit < 1 or processes < 1.
    """

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
        if fetch_limit < 1 or processes < 1:
            raise ValueError("at least one fetch and one process are needed")
        self._fetch = fetch
        self._render = render
        self._on_stage = on_stage or (lambda url, stage: None)
        self._threads = ThreadPoolExecutor(fetch_limit)
        self._processes = ProcessPoolExecutor(processes, mp_context=ctx)
        self._is_open = False

    async def __aenter__(self) -> PreviewService:
        self._is_open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """No new previews. Waits, without blocking the loop, for all threads (abandoned fetches too) and processes."""
        self._is_open = False
        await asyncio.to_thread(self._threads.shutdown)
        await asyncio.to_thread(self._processes.shutdown)

    async def preview(self, url: str) -> bytes:
        """render(fetch(url)). The event loop stays free all the time.

        - fetch runs in a worker thread and sees the caller's context variables. Never more than fetch_limit fetches run
          at once, those included whose caller has been cancelled: a thread cannot be cancelled, its place is taken
          until it ends.
        - render runs in one of at most `processes` worker processes, which serve all calls.
        - on_stage(url, "fetched") is called when fetch has returned, on_stage(url, "rendered") when render has, in the
          loop's thread.
        - Exceptions of fetch and render arrive unchanged.
        - Cancellation, and so asyncio.timeout, takes effect at once.

        Raises RuntimeError outside `async with`.
        """
        if not self._is_open:
            raise RuntimeError("use the service inside `async with`")
        loop = asyncio.get_running_loop()
        context = copy_context()  # run_in_executor does not pass it on by itself
        data = self._fetch(url)
        self._on_stage(url, "fetched")
        preview = await loop.run_in_executor(self._processes, self._render, data)
        self._on_stage(url, "rendered")
        return preview
