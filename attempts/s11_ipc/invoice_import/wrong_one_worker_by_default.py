"""Has only one worker unless told otherwise.

Rejected by: test_workers_overlap
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable
from multiprocessing import Process, Queue
from typing import Any, TypeVar

T = TypeVar("T")


class ImportFailed(Exception):
    """This line could not be parsed. The first line has line_no 1."""

    def __init__(self, line_no: int, reason: str) -> None:
        super().__init__(f"line {line_no}: {reason}")
        self.line_no = line_no
        self.reason = reason


def import_lines(lines: Iterable[str], parse: Callable[[str], T], workers: int = 1) -> list[T]:
    if workers < 1:
        raise ValueError(f"at least one worker is needed, not {workers}")
    queue: Any = Queue()
    results: Any = Queue()
    pool = [Process(target=_consume, args=(queue, results, parse)) for _ in range(workers)]
    for worker in pool:
        worker.start()
    answers: list[Any] = []
    try:
        for numbered in enumerate(lines, start=1):
            queue.put(numbered)
    finally:
        for _ in pool:
            queue.put(None)
        ended = 0
        while ended < len(pool):
            if (answer := results.get()) is None:
                ended += 1
            else:
                answers.append(answer)
        for worker in pool:
            worker.join()
        for each in (queue, results):
            each.close()
            each.join_thread()
    values = []
    for line_no, succeeded, data in sorted(answers):
        if not succeeded:
            raise ImportFailed(line_no, data)
        values.append(pickle.loads(data))
    return values


def _consume(queue: Any, results: Any, parse: Callable[[str], object]) -> None:
    while (numbered := queue.get()) is not None:
        line_no, line = numbered
        try:
            results.put((line_no, True, pickle.dumps(parse(line))))
        except Exception as error:
            results.put((line_no, False, f"{type(error).__name__}: {error}"))
    results.put(None)
