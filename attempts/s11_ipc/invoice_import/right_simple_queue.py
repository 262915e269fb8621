"""A SimpleQueue for the results, which are taken when the last line has been drawn."""

from __future__ import annotations

from multiprocessing import Process, Queue, SimpleQueue
from typing import TypeVar

T = TypeVar("T")


class ImportFailed(Exception):
    """This line could not be parsed. The first line has line_no 1."""

    def __init__(self, line_no: int, reason: str) -> None:
        super().__init__(f"line {line_no}: {reason}")
        self.line_no = line_no
        self.reason = reason


def import_lines(lines, parse, workers=2):
    if workers < 1:
        raise ValueError("workers must be at least 1")
    queue, out = Queue(), SimpleQueue()
    pool = [Process(target=_consume, args=(queue, out, parse)) for _ in range(workers)]
    for worker in pool:
        worker.start()
    answers = []
    try:
        for number, line in enumerate(lines, start=1):
            queue.put((number, line))
    finally:
        for _ in pool:
            queue.put(None)
        left = workers
        while left:
            answer = out.get()
            if answer is None:
                left -= 1
            else:
                answers.append(answer)
        for worker in pool:
            worker.join()
        queue.close()
        queue.join_thread()
        out.close()
    answers.sort(key=lambda answer: answer[0])
    for number, ok, value in answers:
        if not ok:
            raise ImportFailed(number, value)
    return [value for _, _, value in answers]


def _consume(queue, out, parse):
    for number, line in iter(queue.get, None):
        try:
            out.put((number, True, parse(line)))
        except Exception as e:
            out.put((number, False, f"{type(e).__name__}: {e}"))
    out.put(None)
