"""Holds the lock that all stages need while it waits for the source: a slow source stops the pipeline.

Rejected by: test_slow_source
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple


class Stage(NamedTuple):
    work: Callable[[Any], Any]
    workers: int = 1


def run_pipeline(source, stages, *, in_flight):
    if in_flight < 1:
        raise ValueError("in_flight")
    if [s for s in stages if s.workers < 1]:
        raise ValueError("workers")
    return _run(source, list(stages), in_flight)


def _run(source, stages, in_flight):
    cond = threading.Condition()
    line = deque()
    taken = 0
    allowed = in_flight
    stopped = False
    pools = [ThreadPoolExecutor(s.workers) for s in stages]

    def work(k, item, final):
        if stopped:
            final.cancel()
            return
        try:
            item = stages[k].work(item)
        except Exception as e:
            final.set_exception(e)
            return
        send(k + 1, item, final)

    def send(k, item, final):
        if k == len(stages):
            final.set_result(item)
            return
        with cond:
            if stopped:
                final.cancel()
            else:
                pools[k].submit(work, k, item, final)

    def feed():
        nonlocal taken
        try:
            it = iter(source)
            while True:
                with cond:
                    cond.wait_for(lambda: stopped or taken < allowed)
                    if stopped:
                        return
                    taken += 1
                    try:
                        item = next(it)  # this may take long
                    except StopIteration:
                        line.append(None)
                        cond.notify_all()
                        return
                final = Future()
                with cond:
                    line.append(final)
                    cond.notify_all()
                send(0, item, final)
        except Exception as e:
            final = Future()
            final.set_exception(e)
            with cond:
                line.append(final)
                cond.notify_all()

    feeder = threading.Thread(target=feed, name="feeder")
    feeder.start()

    def end():
        nonlocal stopped
        with cond:
            stopped = True
            cond.notify_all()
        feeder.join()
        for p in pools:
            p.shutdown(wait=True, cancel_futures=True)

    try:
        while True:
            with cond:
                cond.wait_for(lambda: line)
                final = line.popleft()
            if final is None:
                return
            error = final.exception()
            if error is not None:
                end()
                raise error
            yield final.result()
            with cond:
                allowed += 1
                cond.notify_all()
    finally:
        end()
