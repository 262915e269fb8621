"""An exception ends the worker thread: nobody hears of it, and the caller waits for the result for ever.

Rejected by: test_slow_photo_before_a_bad_one, test_every_error_is_told
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
            number, value = job
            queues[place + 1].put((number, stage.work(value)))

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
                    queues[0].put(next(items))
                    taken += 1
                except StopIteration:
                    ended = True
            if ended and wanted == taken:
                return
            while wanted not in early:
                number, value = queues[-1].get()
                early[number] = value
            yield early.pop(wanted)
            wanted += 1
    finally:
        for place, stage in enumerate(stages):
            for _ in range(stage.workers):
                queues[place].put(END)
        for thread in threads:
            thread.join()
