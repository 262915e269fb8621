"""Write a crawler that is never rude: few fetches at once, fewer on one host, and no attempt that hangs.

A link archive fetches thousands of pages. In real life a library does the fetching; here it is a coroutine function
that is passed in. What fails is tried again after a pause.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass


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
    # TODO: which place may a url hold while it waits for the other one?
    raise NotImplementedError
