"""Two spellings of a netloc count as one host.

Rejected by: test_a_host_has_a_port
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Page:
    """What became of one url."""

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
    """Fetch every url; return one Page per url, in the order of `urls`.

    - At most `limit` fetches run at once, and at most `per_host` of them for one host (urlsplit(url).netloc).
    - A url waits only while `limit` fetches are running, or while its own host has `per_host` running. Per host: first
      come, first served; a retry takes its place at the end.
    - Each attempt is cancelled after `timeout` seconds of its own running time; waiting for a turn does not count.
    - An attempt that times out or raises OSError has failed. Up to `retries` further attempts follow, the n-th after a
      pause of backoff * 2 ** (n - 1) seconds, during which the url takes no place in either limit.
    - Any other exception is raised, bare or in an ExceptionGroup, after all other fetches were cancelled and have
      ended.
    - Cancelling crawl cancels all fetches; nothing is left running.

    Raises ValueError if limit < 1, per_host < 1, timeout <= 0 or retries < 0.
    """
    if limit < 1 or per_host < 1 or timeout <= 0 or retries < 0:
        raise ValueError("limit and per_host are at least 1, timeout is more than 0, retries are not negative")
    everybody = asyncio.Semaphore(limit)
    hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(per_host))

    async def page(url: str) -> Page:
        error = ""
        for attempt in range(retries + 1):
            if attempt:
                await asyncio.sleep(backoff * 2 ** (attempt - 1))
            try:
                async with hosts[urlsplit(url).netloc.lower()], everybody, asyncio.timeout(timeout):
                    return Page(url, await fetch(url), None, attempt + 1)
            except OSError as failure:  # TimeoutError is one
                error = type(failure).__name__
        return Page(url, None, error, retries + 1)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(page(url)) for url in urls]
    return [task.result() for task in tasks]
