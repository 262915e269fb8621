"""No reader: the workers of the first stage take from the source, one at a time, with a ticket for each photo."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple
import threading


class Stage(NamedTuple):
    work: Callable[[Any], Any]
    workers: int = 1


import queue


def run_pipeline(source, stages, *, in_flight):
    if in_flight < 1 or min([1, *(s.workers for s in stages)]) < 1:
        raise ValueError
    if not stages:
        yield from source
        return
    tickets = queue.SimpleQueue()
    for _ in range(in_flight):
        tickets.put(True)
    pulling = threading.Lock()
    iterator = None
    count = 0
    over = False
    quit_ = False
    lines = [queue.SimpleQueue() for _ in stages]
    out = queue.SimpleQueue()

    def from_source():
        nonlocal iterator, count, over
        with pulling:
            if over:
                return None
            if not tickets.get() or quit_:
                over = True
                return None
            try:
                if iterator is None:
                    iterator = iter(source)
                item = next(iterator)
            except StopIteration:
                over = True
                out.put((count, "end", None))
                return None
            except Exception as error:
                over = True
                out.put((count, "error", error))
                return None
            count += 1
            return count - 1, item

    def work_on(level):
        take = lines[level].get if level else from_source
        while (job := take()) is not None and not quit_:
            number, value = job
            try:
                value = stages[level].work(value)
            except Exception as error:
                out.put((number, "error", error))
                continue
            if level + 1 < len(stages):
                lines[level + 1].put((number, value))
            else:
                out.put((number, "value", value))

    crew = []
    try:
        for level, stage in enumerate(stages):
            for _ in range(stage.workers):
                thread = threading.Thread(target=work_on, args=(level,))
                thread.start()
                crew.append(thread)
        waiting = {}
        wanted = 0
        while True:
            while wanted not in waiting:
                number, kind, value = out.get()
                waiting[number] = kind, value
            kind, value = waiting.pop(wanted)
            if kind == "error":
                raise value
            if kind == "end":
                return
            yield value
            wanted += 1
            tickets.put(True)
    finally:
        quit_ = True
        tickets.put(False)
        for line, stage in zip(lines, stages):
            for _ in range(stage.workers):
                line.put(None)
        for thread in crew:
            thread.join()
