"""Check all links of a web site at the same time, and report on each one, whatever becomes of the others.

A site is built and every link that leads out of it is tried before it goes online. One dead host must not hide
what is known about all the others, and whoever opens too many connections at once is banned by the proxy.
"""

from collections.abc import Callable, Iterable


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
    raise NotImplementedError  # TODO
