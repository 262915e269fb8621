"""Takes results as long as a child is alive: what the last ones had sent before they ended stays in the queue.

Rejected by: test_children_that_are_faster_than_you
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from multiprocessing import Process, Queue
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
    if kind not in ("thread", "process"):
        raise ValueError(kind)
    worker_class: Any = Process if kind == "process" else Thread
    answers: Any = Queue() if kind == "process" else queue.Queue()
    workers = [worker_class(target=_answer, args=(answers, job, i, shelf)) for i, shelf in enumerate(shelves)]
    for worker in workers:
        worker.start()
    results: list[Any] = [None] * len(workers)
    if kind == "thread":
        for worker in workers:
            worker.join()
        for _ in workers:
            i, results[i] = answers.get()
    while any(worker.is_alive() for worker in workers):
        try:
            i, results[i] = answers.get(timeout=0.05)
        except queue.Empty:
            pass
    for worker in workers:
        worker.join()
    return results


def _answer(answers: Any, job: Callable[[S], R], i: int, shelf: S) -> None:
    answers.put((i, job(shelf)))
