"""Threads, unbounded queues between the stages, a semaphore for the places, a feeder thread and a reorder buffer."""

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
    permits = threading.Semaphore(in_flight)
    stop = threading.Event()
    queues = [SimpleQueue() for _ in range(len(stages) + 1)]
    out = queues[-1]

    def feed():
        number = -1
        try:
            while (item := take()) is not END:
                number += 1
                queues[0].put((number, item))
        except Exception as error:
            out.put((number + 1, None, error))
        else:
            out.put((number + 1, None, END))

    items = iter(source)

    def take():
        permits.acquire()
        if stop.is_set():
            return END
        try:
            return next(items)
        except StopIteration:
            return END

    def work_at(place, stage):
        while (job := queues[place].get()) is not END:
            if stop.is_set():
                continue
            number, item = job
            try:
                result = stage.work(item)
            except Exception as error:
                out.put((number, None, error))
                continue
            last = place + 1 == len(stages)
            queues[place + 1].put((number, result, None) if last else (number, result))

    if not stages:
        queues[0] = SimpleQueue()

    def copy():
        while (job := queues[0].get()) is not END:
            out.put((*job, None))

    feeder = threading.Thread(target=feed)
    workers = [
        threading.Thread(target=work_at, args=(place, stage))
        for place, stage in enumerate(stages)
        for _ in range(stage.workers)
    ] or [threading.Thread(target=copy)]
    for thread in [feeder, *workers]:
        thread.start()
    early = {}
    try:
        wanted = 0
        while True:
            while wanted not in early:
                number, value, error = out.get()
                early[number] = value, error
            value, error = early.pop(wanted)
            if error is END:
                return
            if error is not None:
                raise error
            wanted += 1
            yield value
            permits.release()
    finally:
        stop.set()
        permits.release()
        feeder.join()
        for place, stage in enumerate(stages):
            for _ in range(stage.workers):
                queues[place].put(END)
        if not stages:
            queues[0].put(END)
        for thread in workers:
            thread.join()
