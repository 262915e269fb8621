"""An executor of gevent with as many threads as there are places: a classify may wait for another one."""
import gevent
from gevent import monkey

monkey.patch_all()

from socket import AF_INET, SOCK_STREAM, socket

from gevent.lock import Semaphore
from gevent.threadpool import ThreadPoolExecutor


def http_status(port, path):
    with socket(AF_INET, SOCK_STREAM) as connection:
        connection.connect(("127.0.0.1", port))
        connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        line = connection.makefile("rb").readline()
    if not line:
        raise ConnectionError("no answer")
    return int(line.split()[1])


def check_links(port, paths, *, limit=10, timeout=5.0, classify=str):
    places = Semaphore(limit)
    executor = ThreadPoolExecutor(limit)

    def status_of(path):
        with places:
            try:
                with gevent.Timeout(timeout) as t:
                    return http_status(port, path)
            except gevent.Timeout as expired:
                if expired is t:
                    return "timeout"
                raise
            except OSError as error:
                return f"error: {error.__class__.__name__}"

    def check(path):
        found = status_of(path)
        if isinstance(found, str):
            return found
        return executor.submit(classify, found).result()

    jobs = [gevent.spawn(check, p) for p in paths]
    try:
        for job in gevent.iwait(jobs):
            job.get()
        return {p: job.value for p, job in zip(paths, jobs)}
    finally:
        gevent.killall(jobs)
        executor.shutdown(wait=False)
