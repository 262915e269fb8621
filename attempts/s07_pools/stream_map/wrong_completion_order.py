"""Hands out whatever is done first.

Rejected by: test_slow_first_item_does_not_reorder
"""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
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
    ahead: set[Future[R]] = set()
    try:
        source = iter(items)
        while True:
            ahead |= {pool.submit(fn, item) for item in islice(source, window - len(ahead))}
            if not ahead:
                return
            future = wait(ahead, return_when=FIRST_COMPLETED).done.pop()
            ahead.remove(future)
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)
