"""Waits five seconds and reports its own impatience as the host's error.

Rejected by: test_slow_probe_is_awaited
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor


def audit_links(
    urls: Iterable[str], probe: Callable[[str], int], max_workers: int = 8
) -> dict[str, int | Exception]:
    """Call probe(url) once for each distinct URL. Return {url: what it returned, or the exception object it raised}.

    The keys are in the order in which the URLs first appear. urls may be an iterator: it can be read only once.
    At most max_workers probes run at a time; that many do, as long as there are URLs left: no URL waits while a
    worker is free. A slow probe is waited for, however long it takes. Returns when all probes are done, and leaves
    no thread behind. A probe raises nothing but an Exception.

    ValueError if max_workers < 1, also when there are no URLs.
    """
    with ThreadPoolExecutor(max_workers) as pool:
        futures = {url: pool.submit(probe, url) for url in dict.fromkeys(urls)}
        return {url: outcome(future) for url, future in futures.items()}


def outcome(future: Future[int]) -> int | Exception:
    """How the task ended: its value or its error."""
    try:
        return future.result(timeout=5)
    except Exception as error:
        return error
