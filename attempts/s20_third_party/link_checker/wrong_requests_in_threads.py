"""Sends the requests in the hub's thread pool: that has ten threads, however high the limit is.

Rejected by: test_limit
"""

# ruff: noqa: E402
from gevent import monkey

monkey.patch_all()  # before anything else is imported: names that are taken earlier stay blocking

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


def check_links(
    port: int,
    paths: Sequence[str],
    *,
    limit: int = 10,
    timeout: float = 5.0,
    classify: Callable[[int], str] = str,
) -> dict[str, str]:
    """What became of each path, in the order of paths (each is given once):

    - classify(status);
    - "timeout" if http_status took longer than `timeout` seconds, for this path alone;
    - "error: <name of the type>" if http_status raised an OSError.

    At most `limit` requests are under way at once, and that many if there are enough paths. classify blocks in
    a way that gevent cannot patch: meanwhile the other greenlets go on, its request's place is free for the next
    one, and the timeout is over. Any other exception, and all that classify raises, comes out of check_links;
    no greenlet of this call goes on then.
    """
    places = BoundedSemaphore(limit)

    def check(path: str) -> str:
        try:
            with places, gevent.Timeout(timeout):
                status = gevent.get_hub().threadpool.apply(http_status, (port, path))
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
    return {path: job.get() for path, job in zip(paths, jobs, strict=True)}
