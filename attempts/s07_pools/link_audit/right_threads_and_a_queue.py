"""Plain threads that take the next link from a queue until it is empty."""

from collections.abc import Callable, Iterable
from queue import Empty, Queue
from threading import Thread


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
    if max_workers < 1:
        raise ValueError("max_workers must be at least 1")
    report: dict[str, int | Exception] = {url: -1 for url in urls}
    waiting: Queue[str] = Queue()
    for url in report:
        waiting.put(url)

    def work() -> None:
        while True:
            try:
                url = waiting.get_nowait()
            except Empty:
                return
            try:
                report[url] = probe(url)
            except Exception as error:
                report[url] = error

    threads = [Thread(target=work) for _ in range(min(max_workers, len(report)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return report
