"""The workers read the links without a lock, and a generator refuses the second one that asks.

Rejected by: test_links_that_come_slowly
"""

import threading
from collections.abc import Callable, Iterable


def audit_links(urls: Iterable[str], probe: Callable[[str], int], max_workers: int = 8) -> dict[str, int | Exception]:
    if max_workers < 1:
        raise ValueError("max_workers must be at least 1")
    source = enumerate(urls)
    places: dict[str, int] = {}
    outcome: dict = {}
    lock = threading.Lock()

    def work() -> None:
        for place, url in source:
            with lock:
                if url in places:
                    places[url] = min(place, places[url])
                    continue
                places[url] = place
            try:
                outcome[url] = probe(url)
            except Exception as error:
                outcome[url] = error

    threads = [threading.Thread(target=work) for _ in range(max_workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {url: outcome[url] for url in sorted(places, key=places.__getitem__)}
