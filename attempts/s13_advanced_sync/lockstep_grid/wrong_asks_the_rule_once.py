"""Remembers what the rule answered for the same three values, and does not call it again: it runs too seldom.

Rejected by: test_same_as_sequential
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
    old, new = list(cells), list(cells)
    size = len(old)
    count = min(n_threads, size)
    done = 0
    errors = []

    def turn():
        nonlocal old, new, done
        old, new = new, old
        done += 1
        if on_step is not None:
            on_step(done, tuple(old))

    barrier = Barrier(count, turn)

    def work(first, last):
        try:
            for _ in range(steps):
                known = {}
                for i in range(first, last):
                    key = repr((old[i - 1], old[i], old[(i + 1) % size]))
                    if key not in known:
                        known[key] = rule(old[i - 1], old[i], old[(i + 1) % size])
                    new[i] = known[key]
                barrier.wait()
        except BrokenBarrierError:
            pass
        except BaseException as error:
            errors.append(error)
            barrier.abort()

    threads = [Thread(target=work, args=(size * n // count, size * (n + 1) // count)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return old
