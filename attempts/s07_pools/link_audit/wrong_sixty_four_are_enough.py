"""Knows better than the caller how many workers are good for him.

Rejected by: test_as_many_workers_as_asked_for
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor


def audit_links(urls: Iterable[str], probe: Callable[[str], int], max_workers: int = 8) -> dict[str, int | Exception]:
    """Call probe(url) once for each distinct URL. Return {url: what it returned, or the exception object it raised}."""

    def outcome(url: str) -> int | Exception:
        try:
            return probe(url)
        except Exception as error:
            return error

    distinct = list(dict.fromkeys(urls))
    with ThreadPoolExecutor(min(max_workers, 64)) as pool:
        return dict(zip(distinct, pool.map(outcome, distinct), strict=True))
