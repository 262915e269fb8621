"""Repair a link checker that uses gevent and is as slow as a plain loop.

It is slow, the links that failed are simply missing in its answer, one dead link stops everything, and while a
status is being classified no other link gets on. `http_status` itself is right.

Importing this module patches the process: the tests do so in a process of its own, before anything else.
"""

from collections.abc import Callable, Sequence
from socket import AF_INET, SOCK_STREAM, socket

import gevent
from gevent import monkey

# TODO: which names has this module taken before the patch?
monkey.patch_all()


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
    # TODO: who waits for whom, for how long, and where do errors go?
    jobs = {path: gevent.spawn(lambda p=path: classify(http_status(port, p))) for path in paths}
    gevent.wait(list(jobs.values()))
    return {path: job.value for path, job in jobs.items()}
