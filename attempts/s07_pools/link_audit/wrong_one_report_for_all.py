"""The report is a global of the module, emptied at the beginning: two audits at once write into one.

Rejected by: test_two_audits_at_once
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor


_report: dict[str, int | Exception] = {}


def audit_links(urls: Iterable[str], probe: Callable[[str], int], max_workers: int = 8) -> dict[str, int | Exception]:
    """Call probe(url) once for each distinct URL. Return {url: what it returned, or the exception object it raised}."""

    def note(url: str) -> None:
        try:
            _report[url] = probe(url)
        except Exception as error:
            _report[url] = error

    _report.clear()
    _report.update(dict.fromkeys(urls, 0))
    with ThreadPoolExecutor(max_workers) as pool:
        list(pool.map(note, list(_report)))
    return dict(_report)
