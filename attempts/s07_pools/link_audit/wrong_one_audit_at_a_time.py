"""A lock around the whole audit: the second one waits until the first one's slowest host has answered.

Rejected by: test_two_audits_at_once
"""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor


_lock = threading.Lock()


def audit_links(urls: Iterable[str], probe: Callable[[str], int], max_workers: int = 8) -> dict[str, int | Exception]:
    if max_workers < 1:
        raise ValueError(max_workers)

    def tried(url: str) -> int | Exception:
        try:
            return probe(url)
        except Exception as error:
            return error

    distinct = list(dict.fromkeys(urls))
    with _lock, ThreadPoolExecutor(max_workers) as pool:
        return dict(zip(distinct, pool.map(tried, distinct), strict=True))
