"""Takes a CancelledError that fn raised for its own cancelling, and ends as if the input were used up.

Rejected by: test_fn_that_is_cancelled
"""

from collections import deque
from concurrent.futures import CancelledError, ThreadPoolExecutor


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
            try:
                value = pending.popleft().result()
            except CancelledError:
                return
            yield value
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
