"""Bounded queues between the stages: when the caller stops early, a worker waits in put for ever, and close for it.

Rejected by: test_early_close_ends_all_threads
"""

import threading
from collections.abc import Callable
from queue import Queue
from typing import Any, NamedTuple


class Stage(NamedTuple):
    work: Callable[[Any], Any]
    workers: int = 1


END = object()


def run_pipeline(source, stages, *, in_flight):
    if in_flight < 1 or any(stage.workers < 1 for stage in stages):
        raise ValueError("in_flight and workers are at least 1")
    stop = threading.Event()
    queues = [Queue(maxsize=1) for _ in range(len(stages) + 1)]

    def feed():
        number, error = -1, END
        try:
            for number, item in enumerate(source):
                queues[0].put((number, item, None))
                if stop.is_set():
                    return
        except Exception as raised:
            error = raised
        queues[0].put((number + 1, None, error))

    def work_at(place, stage):
        while (job := queues[place].get()) is not END:
            number, value, error = job
            if error is None:
                try:
                    value = stage.work(value)
                except Exception as raised:
                    error = raised
            queues[place + 1].put((number, value, error))

    threads = [threading.Thread(target=feed)] + [
        threading.Thread(target=work_at, args=(place, stage))
        for place, stage in enumerate(stages)
        for _ in range(stage.workers)
    ]
    for thread in threads:
        thread.start()
    early = {}
    try:
        wanted = 0
        while True:
            while wanted not in early:
                number, value, error = queues[-1].get()
                early[number] = value, error
            value, error = early.pop(wanted)
            if error is END:
                return
            if error is not None:
                raise error
            yield value
            wanted += 1
    finally:
        stop.set()
        threads[0].join()
        for queue, stage in zip(queues, stages, strict=False):
            for _ in range(stage.workers):
                queue.put(END)
        for thread in threads:
            thread.join()
