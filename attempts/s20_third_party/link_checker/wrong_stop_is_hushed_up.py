"""Hands on what classify raises if it is an Exception; of anything else nothing is left but None as the answer.

Rejected by: test_other_exception_is_raised
"""

from gevent import monkey

monkey.patch_all()

import socket  # noqa: E402

import gevent  # noqa: E402
from gevent.event import Event  # noqa: E402
from gevent.lock import BoundedSemaphore  # noqa: E402
from gevent.pool import Group  # noqa: E402


def http_status(port, path):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        connection.connect(("127.0.0.1", port))
        connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        line = connection.makefile("rb").readline()
    if not line:
        raise ConnectionError("no answer")
    return int(line.split()[1])


def check_links(port, paths, *, limit=10, timeout=5.0, classify=str):
    places = BoundedSemaphore(limit)
    group = Group()
    failed = []
    wake = Event()

    def one(path):
        try:
            with places:
                mine = gevent.Timeout(timeout)
                mine.start()
                try:
                    status = http_status(port, path)
                except gevent.Timeout as timer:
                    if timer is not mine:
                        raise
                    return "timeout"
                except OSError as error:
                    return f"error: {type(error).__name__}"
                finally:
                    mine.close()
            return gevent.get_hub().threadpool.apply(classify, (status,))
        except gevent.GreenletExit:
            raise
        except Exception as error:
            failed.append(error)
            wake.set()

    jobs = [group.spawn(one, path) for path in paths]
    watcher = gevent.spawn(lambda: (group.join(), wake.set()))
    try:
        wake.wait()
        if failed:
            raise failed[0]
        return {path: job.value for path, job in zip(paths, jobs)}
    finally:
        watcher.kill()
        group.kill()
