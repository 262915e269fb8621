"""Cuts the slash off the end, and two URLs become one.

Rejected by: test_repeated_url_probed_once
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor


def audit_links(urls: Iterable[str], probe: Callable[[str], int], max_workers: int = 8) -> dict[str, int | Exception]:
    if max_workers < 1:
        raise ValueError("max_workers must be at least 1")

    def outcome(url):
        try:
            return probe(url)
        except Exception as error:
            return error

    distinct = list(dict.fromkeys(url.rstrip("/") for url in urls))
    with ThreadPoolExecutor(max_workers) as pool:
        return dict(zip(distinct, pool.map(outcome, distinct)))
