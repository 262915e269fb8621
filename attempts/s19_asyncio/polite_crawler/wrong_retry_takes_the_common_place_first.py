"""Host first, but at a retry the common place first: it sits on that while it waits for its host.

Rejected by: test_retry_at_a_busy_host_blocks_nobody_else
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Page:
    url: str
    body: str | None
    error: str | None
    attempts: int


def _check(limit, per_host, timeout, retries):
    if limit < 1 or per_host < 1:
        raise ValueError("limits must be at least 1")
    if timeout <= 0:
        raise ValueError("timeout must be positive")
    if retries < 0:
        raise ValueError("retries must not be negative")


async def crawl(fetch, urls, *, limit, per_host, timeout, retries=2, backoff=1.0):
    _check(limit, per_host, timeout, retries)
    total = asyncio.Semaphore(limit)
    hosts: dict[str, asyncio.Semaphore] = {}

    async def attempt(url: str, again=False) -> str:
        host = hosts.setdefault(urlsplit(url).netloc, asyncio.Semaphore(per_host))
        async with (total if again else host), (host if again else total):
            async with asyncio.timeout(timeout):
                return await fetch(url)

    async def one(url: str) -> Page:
        error = ""
        for n in range(retries + 1):
            if n:
                await asyncio.sleep(backoff * 2 ** (n - 1))
            try:
                body = await attempt(url, n > 0)
            except OSError as exc:
                error = type(exc).__name__
            else:
                return Page(url, body, None, n + 1)
        return Page(url, None, error, retries + 1)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(url)) for url in urls]
    return [task.result() for task in tasks]
