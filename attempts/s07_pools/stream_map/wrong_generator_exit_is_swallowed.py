"""Means to make close() quiet, and swallows the GeneratorExit that a call of fn raised.

Rejected by: test_fn_that_exits
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
            if not pending:
                return
            yield pending.popleft().result()
    except GeneratorExit:
        pass
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
