"""A worker whose work has failed leaves; what comes to its stage later, though it is before the bad item, stays there.

Rejected by: test_slow_photo_before_a_bad_one
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple


class Stage(NamedTuple):
    work: Callable[[Any], Any]
    workers: int = 1


def run_pipeline(source: Iterable[Any], stages: Sequence[Stage], *, in_flight: int) -> Iterator[Any]:
    stages = [Stage(*s) for s in stages]
    if in_flight < 1 or any(s.workers < 1 for s in stages):
        raise ValueError("in_flight and workers are at least 1")
    places = threading.Semaphore(in_flight)
    stop = threading.Event()
    queues: list[queue.SimpleQueue] = [queue.SimpleQueue() for _ in range(len(stages) + 1)]
    END = object()

    def feed() -> None:
        n = 0
        try:
            it = iter(source)
            while True:
                places.acquire()
                if stop.is_set():
                    return
                try:
                    item = next(it)
                except StopIteration:
                    break
                queues[0].put((n, True, item))
                n += 1
        except Exception as e:
            queues[-1].put((n, False, e))
            return
        queues[-1].put((n, None, END))

    def serve(k: int) -> None:
        while True:
            job = queues[k].get()
            if job is END or stop.is_set():
                queues[k].put(END)
                return
            n, _, item = job
            try:
                result = stages[k].work(item)
            except Exception as e:
                queues[-1].put((n, False, e))
                return  # and who works on what comes later?
            queues[k + 1].put((n, True, result))

    threads = [threading.Thread(target=feed)]
    for k, s in enumerate(stages):
        threads += [threading.Thread(target=serve, args=(k,)) for _ in range(s.workers)]
    for t in threads:
        t.start()

    def shutdown() -> None:
        stop.set()
        places.release()
        for q in queues[:-1]:
            q.put(END)
        for t in threads:
            t.join()

    done: dict[int, tuple] = {}
    try:
        n = 0
        while True:
            while n not in done:
                k, state, value = queues[-1].get()
                done[k] = (state, value)
            state, value = done.pop(n)
            if state is None:
                return
            if state is False:
                shutdown()
                raise value
            n += 1
            yield value
            places.release()
    finally:
        shutdown()
