"""Repair the preview service: whatever blocks must not keep the event loop waiting.

A web service makes previews of pages. `fetch` is an old client library that blocks, `render` is pure arithmetic. The
first version calls fetch in the loop, and opens a new pool of processes for each request: all other requests stall, and
time-outs come when the work is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
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
        # TODO: what lives as long as the service does?
        self._fetch = fetch
        self._render = render

    async def __aenter__(self) -> PreviewService:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """No new previews. Waits, without blocking the loop, for all threads (abandoned fetches too) and processes."""
        # TODO

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
        # TODO: who waits in the first line, and who at the end of the with-block?
        loop = asyncio.get_running_loop()
        data = self._fetch(url)
        with ProcessPoolExecutor() as pool:
            return await loop.run_in_executor(pool, self._render, data)
