"""Saves the thread where there is one shelf only: the caller does the work.

Rejected by: test_all_threads_at_once
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any, Literal, TypeVar

S = TypeVar("S")
R = TypeVar("R")
Kind = Literal["thread", "process"]


def on_each_shelf(job: Callable[[S], R], shelves: Sequence[S], *, kind: Kind) -> list[R]:
    """Start one worker per shelf, all of them before waiting for any; return job(shelf) for each, in their order.

    Every worker has ended when this returns. The job does not raise. No shelves: [].

    kind="thread": child threads of this process. The job gets the very same shelf object, and its result is returned
    as it is.
    kind="process": child processes, by the default start method. The job gets a copy of its shelf, and the result is
    copied back. Job, shelves and results can be pickled, and a result may be large.

    Raises ValueError for any other kind.
    """
    if kind == "thread" and len(shelves) == 1:
        return [job(shelves[0])]
    if kind == "thread":
        return _in_threads(job, shelves)
    if kind == "process":
        return _in_processes(job, shelves)
    raise ValueError(f"kind must be 'thread' or 'process', not {kind!r}")


def _in_threads(job: Callable[[S], R], shelves: Sequence[S]) -> list[R]:
    results: list[Any] = [None] * len(shelves)

    def work(i: int) -> None:
        results[i] = job(shelves[i])

    workers = [Thread(target=work, args=(i,)) for i in range(len(shelves))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return results


def _in_processes(job: Callable[[S], R], shelves: Sequence[S]) -> list[R]:
    workers: list[Process] = []
    readers: list[Connection] = []
    for shelf in shelves:
        reader, writer = Pipe(duplex=False)
        with writer:  # our copy of that end is closed once the child has its own
            worker = Process(target=_send_result, args=(writer, job, shelf))
            worker.start()
        workers.append(worker)
        readers.append(reader)
    # First receive, then join: a child with a large result ends only when somebody takes it out of the pipe.
    results: list[R] = []
    for reader in readers:
        with reader:
            results.append(reader.recv())
    for worker in workers:
        worker.join()
    return results


def _send_result(writer: Connection, job: Callable[[S], R], shelf: S) -> None:
    writer.send(job(shelf))
    writer.close()
