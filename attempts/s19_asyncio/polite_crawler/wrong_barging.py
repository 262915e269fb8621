"""A semaphore made by hand: who comes before the one woken has run takes the free place, and that one goes to the end.

Rejected by: test_retry_comes_when_a_place_becomes_free
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


class Semaphore:
    def __init__(self, value):
        self.value = value
        self.waiting = deque()

    async def __aenter__(self):
        while not self.value:
            future = asyncio.get_running_loop().create_future()
            self.waiting.append(future)
            await future
        self.value -= 1

    async def __aexit__(self, *exc):
        self.value += 1
        if self.waiting:
            future = self.waiting.popleft()
            if not future.done():
                future.set_result(None)


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
    hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: Semaphore(per_host))

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
                error = type(failed).__name__
            else:
                return Page(url, body, None, number + 1)
        return Page(url, None, error, retries + 1)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(page(url)) for url in urls]
    return [task.result() for task in tasks]
