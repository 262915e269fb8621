"""Judges many answers at a time: in threads that own a judge each, or on a Dask cluster."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from dojo import crowd
from dojo.curriculum import Kata, load
from dojo.grade.judge import Judge
from dojo.grade.verdict import Limits, Verdict

CONNECT = 10.0
"""Seconds to wait for a cluster's scheduler."""


class ClusterError(Exception):
    """The work cannot be sent. The text says why."""


@dataclass(frozen=True)
class Task:
    """One answer to judge."""

    submission: str
    kata: Kata
    source: bytes


def local(tasks: Iterable[Task], limits: Limits, workers: int) -> Iterator[tuple[Task, Verdict]]:
    """Judge them on this machine; yields each when it is finished. The busier it is, the longer each answer may take:
    see `shared`."""
    own = threading.local()
    judges: list[Judge] = []

    def work(task: Task) -> Verdict:
        if not hasattr(own, "judge"):
            own.judge = Judge(limits)
            judges.append(own.judge)
        own.judge.limits = shared(limits, workers)
        return own.judge.verdict(task.submission, task.kata, task.source)  # type: ignore[no-any-return]

    executor = concurrent.futures.ThreadPoolExecutor(workers, thread_name_prefix="dojo-grade")
    try:
        yield from _as_they_finish(executor.submit, work, tasks)
    finally:
        executor.shutdown(cancel_futures=True)
        for judge in judges:
            judge.close()


def shared(limits: Limits, workers: int) -> Limits:
    """The limits for an answer that starts now, beside so many workers and whatever else runs here."""
    times = max(workers / (os.cpu_count() or 1), crowd.times())
    return dataclasses.replace(limits, seconds=limits.seconds * times)


def on_dask(tasks: Iterable[Task], limits: Limits, address: str) -> Iterator[tuple[Task, Verdict]]:
    """Judge them on the cluster at this address (host:port). Its workers need this repository installed.

    Work that a worker did not finish before it died is given to another one by the cluster. Raises ClusterError.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise ClusterError("Dask is not installed here: pip install -e '.[dask]'") from None
    try:
        client = Client(f"tcp://{address}", timeout=CONNECT)
    except OSError:
        raise ClusterError(f"no Dask cluster answers at {address}") from None
    with client:
        futures = {
            client.submit(_remote, task.submission, task.kata.id, task.source, limits, pure=False): task
            for task in tasks
        }
        for future in as_completed(list(futures)):
            yield futures[future], future.result()


def _remote(submission: str, kata: str, source: bytes, limits: Limits) -> Verdict:
    """On a cluster's worker: a judge for this one answer."""
    with Judge(shared(limits, 1)) as judge:
        return judge.verdict(submission, load().kata(kata), source)


def _as_they_finish(
    submit: Callable[..., concurrent.futures.Future[Verdict]], work: Callable[[Task], Verdict], tasks: Iterable[Task]
) -> Iterator[tuple[Task, Verdict]]:
    futures = {submit(work, task): task for task in tasks}
    for future in concurrent.futures.as_completed(futures):
        yield futures.pop(future), future.result()
