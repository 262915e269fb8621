"""Results stay in the dictionary when they have been yielded: with an endless source it grows for ever.

Rejected by: test_what_was_yielded_is_let_go
"""
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple


class Stage(NamedTuple):
    work: Callable[[Any], Any]
    workers: int = 1


def run_pipeline(source: Iterable[Any], stages: Sequence[Stage], *, in_flight: int) -> Iterator[Any]:
    if in_flight < 1 or any(stage.workers < 1 for stage in stages):
        raise ValueError("in_flight and workers must be at least 1")
    cond = threading.Condition()
    queues = [deque() for _ in stages]
    done = {}
    end = None
    yielded = 0
    stop = False

    def put(place, k, value):
        with cond:
            if place == len(queues):
                done[k] = (True, value)
            else:
                queues[place].append((k, value))
            cond.notify_all()

    def fail(k, error):
        with cond:
            done[k] = (False, error)
            cond.notify_all()

    def feed():
        nonlocal end
        k = 0
        try:
            iterator = iter(source)
            while True:
                with cond:
                    cond.wait_for(lambda: stop or k < yielded + in_flight)
                    if stop:
                        return
                try:
                    item = next(iterator)
                except StopIteration:
                    with cond:
                        end = k
                        cond.notify_all()
                    return
                put(0, k, item)
                k += 1
        except Exception as error:
            fail(k, error)

    def toil(place, work):
        while True:
            with cond:
                cond.wait_for(lambda: stop or queues[place])
                if stop:
                    return
                k, item = queues[place].popleft()
            try:
                value = work(item)
            except Exception as error:
                fail(k, error)
            else:
                put(place + 1, k, value)

    threads = [threading.Thread(target=feed)]
    for place, stage in enumerate(stages):
        for _ in range(stage.workers):
            threads.append(threading.Thread(target=toil, args=(place, stage.work)))
    for thread in threads:
        thread.start()
    try:
        while True:
            with cond:
                cond.wait_for(lambda: yielded in done or end == yielded)
                if yielded not in done:
                    return
                good, value = done[yielded]
            if not good:
                raise value
            yield value
            with cond:
                yielded += 1
                cond.notify_all()
    finally:
        with cond:
            stop = True
            cond.notify_all()
        for thread in threads:
            thread.join()
