"""http_status by urllib.request; what it raises has other names."""

import gevent.monkey

gevent.monkey.patch_all()

import urllib.error
import urllib.request
from collections.abc import Callable, Sequence

import gevent
from gevent.pool import Pool
from gevent.threadpool import ThreadPool


def http_status(port: int, path: str) -> int:
    """The status code of GET path from 127.0.0.1:port. OSError if there is no answer. Lets other greenlets run."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def check_links(
    port: int,
    paths: Sequence[str],
    *,
    limit: int = 10,
    timeout: float = 5.0,
    classify: Callable[[int], str] = str,
) -> dict[str, str]:
    def one(path):
        try:
            with gevent.Timeout(timeout):
                return http_status(port, path)
        except gevent.Timeout:
            return "timeout"
        except OSError as error:
            return f"error: {type(error).__name__}"

    pool, threads = Pool(limit), ThreadPool(10)
    jobs = {}
    answers = pool.imap(one, paths)
    try:
        for path, answer in zip(paths, answers):
            jobs[path] = answer if isinstance(answer, str) else threads.spawn(classify, answer)
        return {path: job if isinstance(job, str) else job.get() for path, job in jobs.items()}
    finally:
        answers.kill()
        pool.kill()
        threads.kill()
