"""Pauses after each failure, also after the last one, when there is nothing more to wait for.

Rejected by: test_backoff_times
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Page:
    url: str
    body: str | None
    """None if all attempts failed."""
    error: str | None
    """The type name of the last error, as in "TimeoutError"; None on success."""
    attempts: int


async def crawl(
    fetch: Callable[[str], Awaitable[str]],
    urls: Sequence[str],
    *,
    limit: int,
    per_host: int,
    timeout: float,
    retries: int = 2,
    backoff: float = 1.0,
) -> list[Page]:
    if limit < 1 or per_host < 1 or timeout <= 0 or retries < 0:
        raise ValueError("limit and per_host are at least 1, timeout is more than 0, retries are not negative")
    everybody = asyncio.Semaphore(limit)
    hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(per_host))

    async def page(url: str) -> Page:
        error = ""
        for attempt in range(retries + 1):
            try:
                async with hosts[urlsplit(url).netloc], everybody, asyncio.timeout(timeout):
                    return Page(url, await fetch(url), None, attempt + 1)
            except OSError as failure:  # TimeoutError is one
                error = type(failure).__name__
            if retries:
                await asyncio.sleep(backoff * 2**attempt)
        return Page(url, None, error, retries + 1)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(page(url)) for url in urls]
    return [task.result() for task in tasks]
