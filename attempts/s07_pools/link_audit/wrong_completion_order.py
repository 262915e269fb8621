"""The report is in the order in which the hosts answered.

Rejected by: test_statuses_in_order
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed


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
        urls_of = {pool.submit(probe, url): url for url in dict.fromkeys(urls)}
        return {urls_of[future]: outcome(future) for future in as_completed(urls_of)}


def outcome(future: Future[int]) -> int | Exception:
    """How the task ended: its value or its error."""
    error = future.exception()
    return future.result() if error is None else error
