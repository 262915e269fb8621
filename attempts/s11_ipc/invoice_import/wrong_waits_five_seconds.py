"""Gives a line up when no result has come for five seconds.

Rejected by: test_slow_parse_is_waited_for
"""

from __future__ import annotations

import pickle
import queue as queue_module
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
        raise ValueError("workers must be at least 1")
    tasks: Any = Queue()
    answers: Any = Queue()
    team = [Process(target=_work, args=(tasks, answers, parse)) for _ in range(workers)]
    outcome: dict[int, tuple[bool, Any]] = {}
    count = 0
    try:
        for worker in team:
            worker.start()
        try:
            for count, line in enumerate(lines, 1):
                tasks.put((count, line))
        finally:
            for _ in team:
                tasks.put(None)
            ended = 0
            while ended < len(team):
                try:
                    data = answers.get(timeout=5)
                except queue_module.Empty:
                    break
                if data is None:
                    ended += 1
                else:
                    line_no, good, value = pickle.loads(data)
                    outcome[line_no] = good, value
    finally:
        for worker in team:
            worker.join()
            worker.close()
        for queue in (tasks, answers):
            queue.close()
            queue.join_thread()
    for line_no in range(1, count + 1):
        good, value = outcome.get(line_no, (False, "no answer"))
        if not good:
            raise ImportFailed(line_no, value)
    return [outcome[line_no][1] for line_no in range(1, count + 1)]


def _work(tasks: Any, answers: Any, parse: Callable[[str], Any]) -> None:
    while (task := tasks.get()) is not None:
        line_no, line = task
        try:
            value = parse(line)
        except Exception as error:
            data = pickle.dumps((line_no, False, f"{type(error).__name__}: {error}"))
        else:
            try:
                data = pickle.dumps((line_no, True, value))
            except Exception as error:
                data = pickle.dumps((line_no, False, f"the result cannot be pickled: {type(error).__name__}"))
        answers.put(data)
    answers.put(None)
