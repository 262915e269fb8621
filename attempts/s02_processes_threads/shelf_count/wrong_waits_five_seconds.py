"""Waits five seconds for each result, and takes None for a slower one.

Rejected by: test_slow_job_is_waited_for
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from multiprocessing import Pipe, Process
from threading import Thread
from typing import Any, Literal, TypeVar

S = TypeVar("S")
R = TypeVar("R")
Kind = Literal["thread", "process"]


def on_each_shelf(job: Callable[[S], R], shelves: Sequence[S], *, kind: Kind) -> list[R]:
    if kind == "thread":
        return _threads(job, shelves)
    if kind == "process":
        return _processes(job, shelves)
    raise ValueError(f"kind {kind!r}")


def _threads(job: Callable[[S], R], shelves: Sequence[S]) -> list[R]:
    results: list[Any] = [None] * len(shelves)

    def work(i: int, shelf: S) -> None:
        results[i] = job(shelf)

    workers = [Thread(target=work, args=item) for item in enumerate(shelves)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return results


def _processes(job: Callable[[S], R], shelves: Sequence[S]) -> list[R]:
    workers = []
    for shelf in shelves:
        reader, writer = Pipe(duplex=False)
        worker = Process(target=_send, args=(writer, job, shelf))
        worker.start()
        writer.close()
        workers.append((worker, reader))
    results = [reader.recv() if reader.poll(5) else None for _, reader in workers]
    for worker, reader in workers:
        reader.close()
        worker.join()
        worker.close()
    return results


def _send(writer: Any, job: Callable[[Any], Any], shelf: Any) -> None:
    with writer:
        writer.send(job(shelf))
