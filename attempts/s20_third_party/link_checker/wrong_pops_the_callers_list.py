"""The workers take the paths out of the caller's own list: it is empty afterwards.

Rejected by: test_order_of_paths
"""

from gevent import monkey

monkey.patch_all()

from collections.abc import Callable, Sequence
from socket import AF_INET, SOCK_STREAM, socket

import gevent
import gevent.pool
import gevent.queue


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
    answers = dict.fromkeys(paths)
    todo = paths
    events = gevent.queue.Queue()
    crew = gevent.pool.Group()
    missing = object()

    def worker() -> None:
        while todo:
            path = todo.pop(0)
            try:
                status = gevent.with_timeout(timeout, http_status, port, path, timeout_value=missing)
            except OSError as error:
                events.put((path, "error: " + type(error).__name__, None))
            except BaseException as error:
                events.put((path, None, error))
                return
            else:
                if status is missing:
                    events.put((path, "timeout", None))
                else:
                    crew.spawn(classifier, path, status)

    def classifier(path: str, status: int) -> None:
        try:
            kind = gevent.get_hub().threadpool.spawn(classify, status).get()
        except BaseException as error:
            events.put((path, None, error))
        else:
            events.put((path, kind, None))

    try:
        for _ in range(min(limit, len(answers))):
            crew.spawn(worker)
        for _ in range(len(answers)):
            path, text, error = events.get()
            if error is not None:
                raise error
            answers[path] = text
    finally:
        crew.kill()
    return answers
