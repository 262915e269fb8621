"""An error of fn is raised as soon as it is there, though earlier results are still to come.

Rejected by: test_error_in_place
"""

from collections import deque
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from itertools import islice


def stream_map(fn, items, max_workers, window):
    if max_workers < 1 or window < 1:
        raise ValueError("there must be a worker and a window")
    return stream(fn, items, max_workers, window)


def stream(fn, items, max_workers, window):
    pool, ahead = ThreadPoolExecutor(max_workers), deque()
    try:
        source = iter(items)
        while True:
            ahead.extend(pool.submit(fn, item) for item in islice(source, window - len(ahead)))
            if not ahead:
                return
            done, _ = wait(ahead, timeout=0 if ahead[0].done() else None, return_when=FIRST_EXCEPTION)
            for future in ahead:
                if future in done:
                    future.result()
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
