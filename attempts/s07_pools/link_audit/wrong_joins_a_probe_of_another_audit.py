"""A link that another audit is probing just now is not probed anew.

Rejected by: test_two_audits_of_the_same_link
"""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

_lock = threading.Lock()
_running: dict[str, Future] = {}


def audit_links(urls: Iterable[str], probe: Callable[[str], int], max_workers: int = 8) -> dict[str, int | Exception]:
    if max_workers < 1:
        raise ValueError("max_workers must be at least 1")

    def attempt(url):
        with _lock:
            future = _running.get(url)
            mine = future is None
            if mine:
                future = _running[url] = Future()
        if not mine:
            error = future.exception()
            return future.result() if error is None else error
        try:
            result = probe(url)
        except Exception as error:
            result = error
        with _lock:
            del _running[url]
        future.set_result(result)
        return result

    with ThreadPoolExecutor(max_workers) as pool:
        futures = {url: pool.submit(attempt, url) for url in dict.fromkeys(urls)}
        return {url: future.result() for url, future in futures.items()}
