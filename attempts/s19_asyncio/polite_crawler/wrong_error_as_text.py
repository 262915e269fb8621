"""The error of a page is the text of the exception, and the name of its type only where there is no text.

Rejected by: test_error_is_named_after_its_own_type
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
    error: str | None
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
        raise ValueError("limit, per_host >= 1, timeout > 0, retries >= 0")
    total = asyncio.Semaphore(limit)
    hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(per_host))

    async def attempt(url: str) -> str:
        async with hosts[urlsplit(url).netloc], total, asyncio.timeout(timeout):
            return await fetch(url)

    async def page(url: str) -> Page:
        error = None
        for number in range(retries + 1):
            if number:
                await asyncio.sleep(backoff * 2 ** (number - 1))
            try:
                body = await attempt(url)
            except OSError as failed:
                error = str(failed) or type(failed).__name__
            else:
                return Page(url, body, None, number + 1)
        return Page(url, None, error, retries + 1)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(page(url)) for url in urls]
    return [task.result() for task in tasks]
