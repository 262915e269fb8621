"""Begins the next hundred urls when the last hundred is finished: one slow page keeps the other places empty.

Rejected by: test_one_slow_page_of_many
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Page:
    url: str
    body: str | None
    error: str | None
    attempts: int


async def crawl(fetch, urls, *, limit, per_host, timeout, retries=2, backoff=1.0):
    if limit < 1 or per_host < 1 or timeout <= 0 or retries < 0:
        raise ValueError("bad limits")
    everything = asyncio.Semaphore(limit)
    hosts = defaultdict(lambda: asyncio.Semaphore(per_host))

    async def attempt(url):
        async with hosts[urlsplit(url).netloc], everything:
            async with asyncio.timeout(timeout):
                return await fetch(url)

    async def one(url):
        for number in range(1, retries + 2):
            if number > 1:
                await asyncio.sleep(backoff * 2 ** (number - 2))
            try:
                body = await attempt(url)
            except OSError as error:
                name = type(error).__name__
            else:
                return Page(url, body, None, number)
        return Page(url, None, name, retries + 1)

    pages = []
    for at in range(0, len(urls), 100):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(url)) for url in urls[at : at + 100]]
        pages += [task.result() for task in tasks]
    return pages
