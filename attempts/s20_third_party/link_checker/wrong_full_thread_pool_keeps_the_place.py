"""threadpool.spawn() itself waits when all threads of the pool classify, and here it does so with the request's place.

Rejected by: test_classify_keeps_no_place
"""

from gevent import monkey

monkey.patch_all()

from collections.abc import Callable, Sequence
from socket import AF_INET, SOCK_STREAM, socket

import gevent
import gevent.lock


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
    places = gevent.lock.BoundedSemaphore(limit)

    def one(path: str) -> str:
        with places:
            timer = gevent.Timeout(timeout)
            timer.start()
            try:
                status = http_status(port, path)
            except gevent.Timeout as expired:
                if expired is not timer:
                    raise
                return "timeout"
            except OSError as error:
                return f"error: {type(error).__name__}"
            finally:
                timer.close()
            answer = gevent.get_hub().threadpool.spawn(classify, status)
        return answer.get()

    jobs = {path: gevent.spawn(one, path) for path in paths}
    try:
        gevent.joinall(list(jobs.values()), raise_error=True)
    finally:
        gevent.killall(list(jobs.values()))
    return {path: job.value for path, job in jobs.items()}
