"""pool.kill() ends what has begun; the greenlet of imap_unordered that hands in the links goes on, and asks for the rest.

Rejected by: test_caller_gives_up
"""

from gevent import monkey

monkey.patch_all()

from collections.abc import Callable, Sequence
from socket import AF_INET, SOCK_STREAM, socket

import gevent
import gevent.pool


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
    pool = gevent.pool.Pool(limit)
    threads = gevent.get_hub().threadpool

    def request(path: str) -> tuple[int | None, str | None]:
        with gevent.Timeout(timeout, False):
            try:
                return http_status(port, path), None
            except OSError as error:
                return None, f"error: {type(error).__name__}"
        return None, "timeout"

    jobs = {}
    answers = dict.fromkeys(paths)
    try:
        for path, (status, text) in pool.imap_unordered(lambda p: (p, request(p)), paths):
            if text is None:
                jobs[path] = gevent.spawn(threads.apply, classify, (status,))
            else:
                answers[path] = text
        for path, job in jobs.items():
            answers[path] = job.get()
        return answers
    finally:
        gevent.killall(list(jobs.values()))
        pool.kill()
