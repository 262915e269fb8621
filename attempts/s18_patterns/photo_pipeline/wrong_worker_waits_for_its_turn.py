"""A worker with a finished photo waits until those before it have left its stage, instead of taking the next.

Rejected by: test_worker_goes_on_behind_a_slow_photo
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple
import threading


class Stage(NamedTuple):
    work: Callable[[Any], Any]
    workers: int = 1


END = object()


def run_pipeline(source: Iterable[Any], stages: Sequence[Stage], *, in_flight: int) -> Iterator[Any]:
    if in_flight < 1 or any(stage.workers < 1 for stage in stages):
        raise ValueError("at least one")
    stages = list(stages)
    n = len(stages)
    cond = threading.Condition()
    queues = [deque() for _ in range(n)]
    done = {}  # index -> (value, error)
    permits = in_flight
    turn = [0] * n
    stopped = False

    def put(i, index, value):
        if i == n:
            done[index] = (value, None)
        else:
            queues[i].append((index, value))
        cond.notify_all()

    def feed():
        nonlocal permits
        index = 0
        try:
            iterator = iter(source)
            while True:
                with cond:
                    cond.wait_for(lambda: stopped or permits > 0)
                    if stopped:
                        return
                    permits -= 1
                try:
                    item = next(iterator)
                except StopIteration:
                    with cond:
                        done[index] = (END, None)
                        cond.notify_all()
                    return
                with cond:
                    put(0, index, item)
                index += 1
        except Exception as error:
            with cond:
                done[index] = (None, error)
                cond.notify_all()

    def worker(i):
        work = stages[i].work
        while True:
            with cond:
                cond.wait_for(lambda: stopped or queues[i])
                if stopped:
                    return
                index, value = queues[i].popleft()
            try:
                result = work(value)
            except Exception as error:
                with cond:
                    done[index] = (None, error)
                    cond.notify_all()
            else:
                with cond:
                    cond.wait_for(lambda: stopped or turn[i] == index)
                    turn[i] += 1
                    put(i + 1, index, result)

    feeder = threading.Thread(target=feed, daemon=True)
    threads = [feeder]
    for i, stage in enumerate(stages):
        threads += [threading.Thread(target=worker, args=(i,), daemon=True) for _ in range(stage.workers)]
    for thread in threads:
        thread.start()
    try:
        index = 0
        while True:
            with cond:
                cond.wait_for(lambda: index in done)
                value, error = done.pop(index)
            if error is not None:
                raise error
            if value is END:
                return
            yield value
            with cond:
                permits += 1
                cond.notify_all()
            index += 1
    finally:
        with cond:
            stopped = True
            cond.notify_all()
        for thread in threads:
            thread.join()
