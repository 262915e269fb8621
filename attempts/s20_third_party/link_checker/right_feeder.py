"""A greenlet feeds a Pool; an Event tells the caller of the first error. A greenlet that the killed feeder was about to
spawn never starts."""

# ruff: noqa: E402
from gevent import monkey

monkey.patch_all()  # before anything else is imported: names that are taken earlier stay blocking

from collections.abc import Callable, Sequence
from socket import AF_INET, SOCK_STREAM, socket

import gevent
from gevent.event import Event
from gevent.pool import Group, Pool


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
    requests, names = Pool(limit), Group()
    found: dict[str, str] = {}
    errors: list[BaseException] = []
    wake = Event()

    def request(path: str) -> None:
        try:
            with gevent.Timeout(timeout) as timer:
                status = http_status(port, path)
        except gevent.Timeout as over:
            if over is not timer:
                raise
            found[path] = "timeout"
        except OSError as error:
            found[path] = f"error: {type(error).__name__}"
        else:
            names.spawn(name, path, status).link_exception(failed)

    def name(path: str, status: int) -> None:
        found[path] = gevent.get_hub().threadpool.apply(classify, (status,))

    def failed(job: gevent.Greenlet) -> None:
        errors.append(job.exception)
        wake.set()

    def feed() -> None:
        for path in paths:
            requests.spawn(request, path).link_exception(failed)
        requests.join()
        names.join()
        wake.set()

    feeder = gevent.spawn(feed)
    try:
        wake.wait()
    finally:
        feeder.kill()
        requests.kill()
        names.kill()
    if errors:
        raise errors[0]
    return {path: found[path] for path in paths}
