"""Executor.map reads the whole input before the first result.

Rejected by: test_lazy_and_bounded
"""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
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
    with ThreadPoolExecutor(max_workers) as pool:
        yield from pool.map(fn, items)
