"""`limit` worker greenlets take the paths from a deque; classify runs in an executor of gevent."""

# ruff: noqa: E402, I001
from gevent import monkey

monkey.patch_all()  # before anything else is imported: names that are taken earlier stay blocking

from collections import deque
from collections.abc import Callable, Sequence
from socket import AF_INET, SOCK_STREAM, socket

import gevent
from gevent.event import AsyncResult
from gevent.threadpool import ThreadPoolExecutor


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
    left = deque(paths)
    found: dict[str, AsyncResult] = {path: AsyncResult() for path in paths}
    helpers: list[gevent.Greenlet] = []

    def name(path: str, status: int) -> None:
        try:
            found[path].set(executor.submit(classify, status).result())
        except Exception as error:
            found[path].set_exception(error)

    def work() -> None:
        while left:
            path = left.popleft()
            try:
                said = request(path)
            except Exception as error:
                found[path].set_exception(error)
            else:
                if isinstance(said, str):
                    found[path].set(said)
                else:
                    helpers.append(gevent.spawn(name, path, said))

    def request(path: str) -> int | str:
        try:
            status: int | None = None
            with gevent.Timeout(timeout, False):
                status = http_status(port, path)
            return "timeout" if status is None else status
        except OSError as error:
            return f"error: {type(error).__name__}"

    executor = ThreadPoolExecutor(20)
    helpers += [gevent.spawn(work) for _ in range(limit)]
    try:
        return {path: found[path].get() for path in paths}
    finally:
        gevent.killall(helpers)
        executor.shutdown(wait=False)
