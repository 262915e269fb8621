"""Keeps one semaphore for each limit: two callers at the same time share the places that each of them should have.

Rejected by: test_requests_overlap
"""

from gevent import monkey

monkey.patch_all()

from collections.abc import Callable, Sequence
from socket import AF_INET, SOCK_STREAM, socket

import gevent
from gevent.lock import BoundedSemaphore


def http_status(port: int, path: str) -> int:
    """The status code of GET path from 127.0.0.1:port. OSError if there is no answer. Lets other greenlets run."""
    with socket(AF_INET, SOCK_STREAM) as connection:
        connection.connect(("127.0.0.1", port))
        connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        line = connection.makefile("rb").readline()
    if not line:
        raise ConnectionError("no answer")
    return int(line.split()[1])


_places = {}


def check_links(
    port: int,
    paths: Sequence[str],
    *,
    limit: int = 10,
    timeout: float = 5.0,
    classify: Callable[[int], str] = str,
) -> dict[str, str]:
    places = _places.setdefault(limit, BoundedSemaphore(limit))

    def check(path):
        try:
            with places, gevent.Timeout(timeout):
                status = http_status(port, path)
        except gevent.Timeout:
            return "timeout"
        except OSError as error:
            return f"error: {type(error).__name__}"
        return gevent.get_hub().threadpool.apply(classify, (status,))

    jobs = [gevent.spawn(check, path) for path in paths]
    try:
        gevent.joinall(jobs, raise_error=True)
    finally:
        gevent.killall(jobs)
    return {path: job.value for path, job in zip(paths, jobs)}
