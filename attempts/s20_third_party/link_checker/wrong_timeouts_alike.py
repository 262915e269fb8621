"""Its own timeout is a TimeoutError: one that the socket raises, an OSError, cannot be told from it.

Rejected by: test_error_is_reported
"""

# ruff: noqa: E402
from gevent import monkey

monkey.patch_all()  # before anything else is imported: names that are taken earlier stay blocking

from collections.abc import Callable, Sequence
from socket import AF_INET, SOCK_STREAM, socket

import gevent
from gevent.lock import BoundedSemaphore


def http_status(port: int, path: str) -> int:
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
    places = BoundedSemaphore(limit)

    def check(path: str) -> str:
        try:
            with places, gevent.Timeout(timeout, TimeoutError):  # the clock starts when there is a place
                status = http_status(port, path)
        except TimeoutError:
            return "timeout"
        except OSError as error:
            return f"error: {type(error).__name__}"
        # Outside: without a place, without a time limit, and an OSError from here is not one of the request.
        return gevent.get_hub().threadpool.apply(classify, (status,))

    jobs = [gevent.spawn(check, path) for path in paths]
    try:
        gevent.joinall(jobs, raise_error=True)
    finally:
        gevent.killall(jobs)  # those that have ended are left as they are
    return {path: job.get() for path, job in zip(paths, jobs, strict=True)}
