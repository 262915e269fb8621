"""Keeps every future in a list, with its result: with 40 million rows the memory is used up after all.

Rejected by: test_nothing_is_kept
"""

from collections import deque
from concurrent.futures import ThreadPoolExecutor


def stream_map(fn, items, max_workers, window):
    if max_workers < 1 or window < 1:
        raise ValueError("max_workers and window must be at least 1")
    return _stream(fn, items, max_workers, window)


def _stream(fn, items, max_workers, window):
    pool = ThreadPoolExecutor(max_workers)
    pending = deque()
    every = []
    try:
        source = iter(items)
        more = True
        while True:
            while more and len(pending) < window:
                try:
                    item = next(source)
                except StopIteration:
                    more = False
                    break
                pending.append(pool.submit(fn, item))
                every.append(pending[-1])
            if not pending:
                return
            yield pending.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
