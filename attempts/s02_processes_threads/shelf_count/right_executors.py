"""Pools with as many workers as there are shelves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
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
    if kind == "thread":
        return _in_threads(job, shelves)
    if kind == "process":
        return _in_processes(job, shelves)
    raise ValueError(f"kind must be 'thread' or 'process', not {kind!r}")


def _in_threads(job: Callable[[S], R], shelves: Sequence[S]) -> list[R]:
    if not shelves:
        return []
    with ThreadPoolExecutor(len(shelves)) as pool:
        return list(pool.map(job, shelves))


def _in_processes(job: Callable[[S], R], shelves: Sequence[S]) -> list[R]:
    if not shelves:
        return []
    with ProcessPoolExecutor(len(shelves)) as pool:
        return list(pool.map(job, shelves))


def _send_result(writer: Connection, job: Callable[[S], R], shelf: S) -> None:
    writer.send(job(shelf))
    writer.close()
