"""Asks the queue and probes in one try: a probe that raises queue.Empty sends its worker home.

Rejected by: test_failure_is_an_outcome
"""

import queue
import threading
from collections.abc import Callable, Iterable


def audit_links(urls: Iterable[str], probe: Callable[[str], int], max_workers: int = 8) -> dict[str, int | Exception]:
    if max_workers < 1:
        raise ValueError("max_workers must be at least 1")

    def outcome(url):
        try:
            return probe(url)
        except Exception as error:
            return error

    distinct = list(dict.fromkeys(urls))
    todo = queue.SimpleQueue()
    for url in distinct:
        todo.put(url)
    results = dict.fromkeys(distinct)

    def work():
        while True:
            try:
                url = todo.get_nowait()
                results[url] = probe(url)
            except queue.Empty:
                return
            except Exception as error:
                results[url] = error

    threads = [threading.Thread(target=work) for _ in range(max_workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
