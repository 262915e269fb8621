"""Takes the empty link for none: it stands on the page as well, and what the probe says of it is left out.

Rejected by: test_repeated_url_probed_once
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor


def audit_links(
    urls: Iterable[str], probe: Callable[[str], int], max_workers: int = 8
) -> dict[str, int | Exception]:
    """Call probe(url) once for each distinct URL. Return {url: what it returned, or the exception object it raised}."""

    def outcome(url: str) -> int | Exception:
        try:
            return probe(url)
        except Exception as error:
            return error

    distinct = [url for url in dict.fromkeys(urls) if url]
    with ThreadPoolExecutor(max_workers) as pool:
        return dict(zip(distinct, pool.map(outcome, distinct), strict=True))
