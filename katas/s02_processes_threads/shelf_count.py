"""Make on_each_shelf keep its promise for processes as it does for threads.

Once a week a shop counts its shelves, one worker for each shelf, all at the same time. With threads that works. Then
somebody "ported" it to processes by swapping the class, and now the weekly report is full of None.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from multiprocessing import Process
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
    results: list[Any] = [None] * len(shelves)

    # TODO: who fills which list, when the worker is a process?
    def work(i: int) -> None:
        results[i] = job(shelves[i])

    worker_class: Any = Process if kind == "process" else Thread
    workers = [worker_class(target=work, args=(i,)) for i in range(len(shelves))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return results
