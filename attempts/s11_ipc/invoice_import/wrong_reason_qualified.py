"""Tidies the reason up: an error without a text loses its ": ", and a class within a class gets a longer name.

Rejected by: test_bad_line
"""

from __future__ import annotations

import pickle
import threading
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
    if workers < 1:
        raise ValueError("workers < 1")
    todo: Any = Queue()
    results: Any = Queue()
    good: dict[int, T] = {}
    bad: dict[int, str] = {}

    def collect() -> None:
        running = workers
        while running:
            entry = results.get()
            if entry is None:
                running -= 1
                continue
            number, fine, value = entry
            if fine:
                good[number] = pickle.loads(value)
            else:
                bad[number] = value

    pool = [Process(target=_worker, args=(todo, results, parse)) for _ in range(workers)]
    for worker in pool:
        worker.start()
    collector = threading.Thread(target=collect)
    collector.start()
    try:
        for number, line in enumerate(lines, 1):
            todo.put((number, line))
    finally:
        for _ in pool:
            todo.put(None)
        collector.join()
        for worker in pool:
            worker.join()
            worker.close()
        for queue in (todo, results):
            queue.close()
            queue.join_thread()
    if bad:
        first = min(bad)
        raise ImportFailed(first, bad[first])
    return [good[number] for number in sorted(good)]


def _worker(lines: Any, results: Any, parse: Callable[[str], object]) -> None:
    while True:
        entry = lines.get()
        if entry is None:
            break
        number, line = entry
        results.put((number, *_try(parse, line)))
    results.put(None)


def _try(parse: Callable[[str], object], line: str) -> tuple[bool, bytes | str]:
    try:
        value = parse(line)
    except Exception as error:
        return False, f"{type(error).__qualname__}: {error}".strip()
    try:
        return True, pickle.dumps(value)
    except Exception as error:
        return False, f"not picklable: {error}"
