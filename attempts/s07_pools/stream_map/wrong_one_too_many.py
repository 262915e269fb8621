"""Tops up before it hands a result out: it has read one item too many by then.

Rejected by: test_lazy_and_bounded
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
        raise ValueError("max_workers and window must be at least 1")
    return _results(fn, items, max_workers, window)


def _results(
    fn: Callable[[T], R], items: Iterable[T], max_workers: int, window: int
) -> Generator[R, None, None]:
    pool = ThreadPoolExecutor(max_workers)
    try:
        source = iter(items)
        ahead: deque[Future[R]] = deque(pool.submit(fn, item) for item in islice(source, window))
        while ahead:
            result = ahead.popleft().result()
            ahead.extend(pool.submit(fn, item) for item in islice(source, 1))
            yield result
    finally:
        pool.shutdown(cancel_futures=True)
