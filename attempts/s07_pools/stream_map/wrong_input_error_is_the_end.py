"""Takes a RuntimeError of the input for one of the pool that is shutting down, and ends as if all had been read.

Rejected by: test_input_error
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def stream_map(
    fn: Callable[[T], R], items: Iterable[T], max_workers: int, window: int
) -> Generator[R, None, None]:
    """Yield fn(item) for every item, in the order of the items, computed by at most max_workers threads."""
    if max_workers < 1 or window < 1:
        raise ValueError(f"max_workers and window must be at least 1, not {max_workers} and {window}")
    return _results(fn, items, max_workers, window)


def _results(
    fn: Callable[[T], R], items: Iterable[T], max_workers: int, window: int
) -> Generator[R, None, None]:
    pool = ThreadPoolExecutor(max_workers)
    ahead: deque[Future[R]] = deque()
    try:
        source = iter(items)
        while True:
            try:
                for item in islice(source, window - len(ahead)):
                    ahead.append(pool.submit(fn, item))
            except RuntimeError:
                pass
            if not ahead:
                return
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)  # what has not begun is dropped; what runs is waited for
