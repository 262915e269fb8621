"""The first worker that sees the end passes it on, while its sibling still works on a photo: that photo is lost.

Rejected by: test_order_does_not_depend_on_speed
"""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, NamedTuple


class Stage(NamedTuple):
    work: Callable[[Any], Any]
    workers: int = 1


END = object()


def run_pipeline(source, stages, *, in_flight):
    if in_flight < 1 or any(stage.workers < 1 for stage in stages):
        raise ValueError("in_flight and workers are at least 1")
    queues = [SimpleQueue() for _ in range(len(stages) + 1)]

    def work_at(place, stage):
        while (job := queues[place].get()) is not END:
            number, value, error = job
            if error is None:
                try:
                    value = stage.work(value)
                except Exception as raised:
                    error = raised
            queues[place + 1].put((number, value, error))
        queues[place].put(END)  # for the sibling
        queues[place + 1].put(END)

    threads = [
        threading.Thread(target=work_at, args=(place, stage))
        for place, stage in enumerate(stages)
        for _ in range(stage.workers)
    ]
    for thread in threads:
        thread.start()
    items, taken, wanted, early, ended = enumerate(source), 0, 0, {}, False
    try:
        while True:
            while not ended and taken < wanted + in_flight:
                try:
                    number, item = next(items)
                except StopIteration:
                    ended = True
                    queues[0].put(END)
                else:
                    taken += 1
                    queues[0].put((number, item, None))
            while wanted not in early:
                job = queues[-1].get()
                if job is END:
                    return
                early[job[0]] = job[1:]
            value, error = early.pop(wanted)
            if error is not None:
                raise error
            wanted += 1
            yield value
    finally:
        queues[0].put(END)
        for thread in threads:
            thread.join()
