"""Keeps what it has found: at the next audit a host that is back is still reported dead.

Rejected by: test_next_audit_probes_again
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor


_known: dict[tuple[str, Callable[[str], int]], int | Exception] = {}


def audit_links(urls: Iterable[str], probe: Callable[[str], int], max_workers: int = 8) -> dict[str, int | Exception]:
    """Call probe(url) once for each distinct URL. Return {url: what it returned, or the exception object it raised}."""

    def outcome(url: str) -> int | Exception:
        if (url, probe) not in _known:
            try:
                _known[url, probe] = probe(url)
            except Exception as error:
                _known[url, probe] = error
        return _known[url, probe]

    distinct = list(dict.fromkeys(urls))
    with ThreadPoolExecutor(max_workers) as pool:
        return dict(zip(distinct, pool.map(outcome, distinct), strict=True))
