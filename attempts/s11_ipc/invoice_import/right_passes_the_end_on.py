"""One end marker that each worker passes on; a thread of the parent reads a SimpleQueue, which pickles at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from multiprocessing import Process, Queue, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


class ImportFailed(Exception):
    """This line could not be parsed. The first line has line_no 1."""

    def __init__(self, line_no: int, reason: str) -> None:
        super().__init__(f"line {line_no}: {reason}")
        self.line_no = line_no
        self.reason = reason


def import_lines(lines: Iterable[str], parse: Callable[[str], T], workers: int = 2) -> list[T]:
    if workers < 1:
        raise ValueError(f"at least one worker is needed, not {workers}")
    queue: Any = Queue()
    results: Any = SimpleQueue()
    answers: dict[int, tuple[str | None, Any]] = {}
    reader = Thread(target=_read, args=(results, answers))
    pool = [Process(target=_consume, args=(queue, results, parse)) for _ in range(workers)]
    for worker in pool:
        worker.start()
    reader.start()
    try:
        for numbered in enumerate(lines, start=1):
            queue.put(numbered)
    finally:
        queue.put(None)
        for worker in pool:
            worker.join()
        results.put(None)
        reader.join()
        queue.get()  # the end marker, which the last worker has passed on
        queue.close()
        queue.join_thread()
        results.close()
    for line_no in sorted(answers):
        if (reason := answers[line_no][0]) is not None:
            raise ImportFailed(line_no, reason)
    return [answers[line_no][1] for line_no in sorted(answers)]


def _read(results: Any, answers: dict[int, tuple[str | None, Any]]) -> None:
    while (answer := results.get()) is not None:
        line_no, reason, value = answer
        answers[line_no] = reason, value


def _consume(queue: Any, results: Any, parse: Callable[[str], object]) -> None:
    while (numbered := queue.get()) is not None:
        line_no, line = numbered
        try:
            results.put((line_no, None, parse(line)))
        except Exception as error:
            results.put((line_no, f"{type(error).__name__}: {error}", None))
    queue.put(None)
