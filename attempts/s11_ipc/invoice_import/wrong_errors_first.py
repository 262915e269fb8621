"""Tells the errors of parse first, and what could not be pickled only if there are none.

Rejected by: test_lowest_failure_of_both_kinds
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


def import_lines(lines: Iterable[str], parse: Callable[[str], T], workers: int = 2) -> list[T]:
    """[parse(line) for line in lines], in that order, parsed by `workers` child processes at once, never in this one.

    lines may be a slow generator: it is advanced in this process only, and a drawn line can be parsed while the next is
    still awaited. Lines and results may be large. parse is a function of a module, and any start method will do.

    If parse raises an Exception e: ImportFailed(line_no, f"{type(e).__name__}: {e}"). If its result cannot be pickled:
    ImportFailed(line_no, any text). All lines are still tried; of several failures that with the lowest line_no is
    raised. An error that lines itself raises is passed on, and goes before any ImportFailed.

    Whether it returns or raises: no process, no queue's thread and no pipe is left. ValueError if workers < 1.
    """
    if workers < 1:
        raise ValueError(f"at least one worker is needed, not {workers}")
    queue: Any = Queue()
    results: Any = Queue()
    pool = [Process(target=_consume, args=(queue, results, parse)) for _ in range(workers)]
    running = []
    answers: list[Any] = []
    try:
        for worker in pool:
            worker.start()
            running.append(worker)
        for numbered in enumerate(lines, start=1):
            queue.put(numbered)
    finally:
        for _ in running:
            queue.put(None)
        ended = 0
        while ended < len(running):
            if (answer := results.get()) is None:
                ended += 1
            else:
                answers.append(answer)
        for worker in running:
            worker.join()
            worker.close()
        for each in (queue, results):
            each.close()
            each.join_thread()
    values = []
    for line_no, succeeded, data in sorted(answers, key=lambda answer: (answer[1] is None, answer[0])):
        if not succeeded:
            raise ImportFailed(line_no, data)
        values.append(pickle.loads(data))
    return values


def _consume(queue: Any, results: Any, parse: Callable[[str], object]) -> None:
    """In the child."""
    while (numbered := queue.get()) is not None:
        line_no, line = numbered
        try:
            value = parse(line)
            try:
                results.put((line_no, True, pickle.dumps(value)))
            except Exception as error:
                results.put((line_no, None, str(error)))
        except Exception as error:
            results.put((line_no, False, f"{type(error).__name__}: {error}"))
    results.put(None)
