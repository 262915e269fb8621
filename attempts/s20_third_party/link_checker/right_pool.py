"""A Pool of `limit` greenlets for the requests, a ThreadPool of gevent's for classify; create_connection."""

# ruff: noqa: E402, I001
from gevent import monkey

monkey.patch_all()  # before anything else is imported: names that are taken earlier stay blocking

from collections.abc import Callable, Sequence
from socket import create_connection

import gevent
from gevent.pool import Pool
from gevent.threadpool import ThreadPool


def http_status(port: int, path: str) -> int:
    """The status code of GET path from 127.0.0.1:port. OSError if there is no answer. Lets other greenlets run."""
    with create_connection(("127.0.0.1", port)) as connection:
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
    requests, threads = Pool(limit), ThreadPool(10)

    def request(path: str) -> int | str:
        timer = gevent.Timeout.start_new(timeout)
        try:
            return http_status(port, path)
        except gevent.Timeout as over:
            if over is not timer:
                raise
            return "timeout"
        except OSError as error:
            return f"error: {type(error).__name__}"
        finally:
            timer.close()

    def follow(job: gevent.Greenlet) -> str:
        status = job.get()
        return status if isinstance(status, str) else threads.apply(classify, (status,))

    followers = []
    try:
        for path in paths:
            followers.append(gevent.spawn(follow, requests.spawn(request, path)))
        return {path: job.get() for path, job in zip(paths, followers, strict=True)}
    finally:
        gevent.killall(followers)
        requests.kill()
        threads.kill()
