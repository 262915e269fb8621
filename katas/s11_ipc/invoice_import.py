"""Repair this import: it loses lines, waits for ever, and one bad line stops it without a word.

Invoice lines are parsed in worker processes, with one queue on the way there and one on the way back. With three short
lines and some luck the demo works. With large lines it never comes back. Four habits are wrong: find them.
"""

from __future__ import annotations

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
    queue: Any = Queue()
    results: Any = Queue()
    # TODO: who is to draw the lines? How does a worker learn that there are no more?
    producer = Process(target=_produce, args=(queue, lines))
    producer.start()
    producer.join()
    pool = [Process(target=_consume, args=(queue, results, parse)) for _ in range(workers)]
    for worker in pool:
        worker.start()
    # TODO: can a worker end as long as nobody takes its results?
    for worker in pool:
        worker.join()
    return [results.get() for _ in lines]


def _produce(queue: Any, lines: Iterable[str]) -> None:
    for line in lines:
        queue.put(line)


def _consume(queue: Any, results: Any, parse: Callable[[str], object]) -> None:
    # TODO: what does empty() tell you? And what becomes of an error?
    while not queue.empty():
        results.put(parse(queue.get()))
