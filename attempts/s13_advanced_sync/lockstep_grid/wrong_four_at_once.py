"""A pool of four threads at most, however many strips there are: the fifth strip waits for one of the first.

Rejected by: test_strips_run_at_the_same_time
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Barrier, BrokenBarrierError, Condition, Thread
from typing import TypeVar

T = TypeVar("T")


def simulate(cells, steps, n_threads, rule, on_step=None):
    if n_threads < 1:
        raise ValueError(n_threads)
    if steps < 0:
        raise ValueError(steps)
    if not len(cells) or not steps:
        return list(cells)
    now = list(cells)
    size = len(now)
    count = min(n_threads, size)
    cuts = [size * n // count for n in range(count + 1)]

    def strip(first, last):
        return [rule(now[i - 1], now[i], now[(i + 1) % size]) for i in range(first, last)]

    with ThreadPoolExecutor(min(count, 4)) as pool:
        for step in range(steps):
            futures = [pool.submit(strip, a, b) for a, b in zip(cuts, cuts[1:])]
            wait(futures)
            now = [value for future in futures for value in future.result()]
            if on_step:
                on_step(step + 1, tuple(now))
    return now
