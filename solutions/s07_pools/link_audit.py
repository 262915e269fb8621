"""First submit everything, then ask each future how its task ended.

`pool.submit` returns at once, with a future: the place where the outcome will be, a value or an exception. A dict from
URL to future does three things: it drops repeats, it keeps the order of first appearance (whichever probe is done
first), and it makes sure that all probes are on their way before the first one is waited for.

`future.result()` would raise what the probe raised, and the outcomes of all the others would be lost with it.
`future.exception()` waits as well, but hands the error over instead of raising it. Neither gets a timeout: since Python
3.11 the TimeoutError of a probe and that of `result(timeout=...)` are of the same class, and could not be told apart.

Leaving the `with` block waits for the workers to end. The pool checks max_workers itself: ValueError.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor


def audit_links(
    urls: Iterable[str], probe: Callable[[str], int], max_workers: int = 8
) -> dict[str, int | Exception]:
    """Call probe(url) once for each distinct URL. Return {url: what it returned, or the exception object it raised}.

    The keys are in the order in which the URLs first appear. urls may be an iterator: it can be read only once.
    At most max_workers probes run at a time; that many do, as long as there are URLs left: no URL waits while a
    worker is free. A slow probe is waited for, however long it takes. Returns when all probes are done, and leaves
    no thread behind. A probe raises nothing but an Exception. Several audits may run at once, and each one probes anew.

    ValueError if max_workers < 1, also when there are no URLs.
    """
    with ThreadPoolExecutor(max_workers) as pool:
        futures = {url: pool.submit(probe, url) for url in dict.fromkeys(urls)}
        return {url: outcome(future) for url, future in futures.items()}


def outcome(future: Future[int]) -> int | Exception:
    """How the task ended: its value or its error."""
    error = future.exception()
    return future.result() if error is None else error
