"""Keeps the futures by their item: items that have no hash fail, and equal ones are mixed up.

Rejected by: test_same_as_map
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
    by_item = {}
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
                by_item[item] = pool.submit(fn, item)
                pending.append(item)
            if not pending:
                return
            yield by_item[pending.popleft()].result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
