"""Computes a whole window, hands it out, and only then begins the next one.

Rejected by: test_refills_after_each_result
"""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar


T = TypeVar("T")
R = TypeVar("R")


def stream_map(
    fn: Callable[[T], R], items: Iterable[T], max_workers: int, window: int
) -> Generator[R, None, None]:
    """Yield fn(item) for every item, in the order of the items, computed by at most max_workers threads."""
    if max_workers < 1 or window < 1:
        raise ValueError("max_workers and window must be at least 1")
    return _results(fn, items, max_workers, window)


def _results(
    fn: Callable[[T], R], items: Iterable[T], max_workers: int, window: int
) -> Generator[R, None, None]:
    pool = ThreadPoolExecutor(max_workers)
    try:
        source = iter(items)
        while batch := [pool.submit(fn, item) for item in islice(source, window)]:
            for future in batch:
                yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)
