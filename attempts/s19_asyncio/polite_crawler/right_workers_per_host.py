"""Workers for each host in a TaskGroup; after an error they are cancelled by the group and by its body once more."""

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
    queues: dict[str, asyncio.Queue] = {}
    pages: dict[int, Page] = {}
    finished = asyncio.Event()
    loop = asyncio.get_running_loop()
    handles = set()

    for number, url in enumerate(urls):
        queues.setdefault(urlsplit(url).netloc, asyncio.Queue()).put_nowait((number, url, 1))
    if not urls:
        return []

    async def work(queue):
        while True:
            number, url, attempt = await queue.get()
            async with total:
                try:
                    async with asyncio.timeout(timeout):
                        body = await fetch(url)
                except OSError as error:
                    if attempt <= retries:
                        again = (number, url, attempt + 1)
                        handles.add(loop.call_later(backoff * 2 ** (attempt - 1), queue.put_nowait, again))
                        continue
                    pages[number] = Page(url, None, type(error).__name__, attempt)
                else:
                    pages[number] = Page(url, body, None, attempt)
            if len(pages) == len(urls):
                finished.set()

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(work(q)) for q in queues.values() for _ in range(min(per_host, q.qsize()))]
        try:
            await finished.wait()
        finally:
            for handle in handles:
                handle.cancel()
            for worker in workers:
                worker.cancel()
    return [pages[n] for n in range(len(urls))]
