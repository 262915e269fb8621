"""Takes an item that is None for the end of the input.

Rejected by: test_same_as_map
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar


T = TypeVar("T")
R = TypeVar("R")


def stream_map(fn: Callable[[T], R], items: Iterable[T], max_workers: int, window: int) -> Generator[R, None, None]:
    """Yield fn(item) for every item, in the order of the items, computed by at most max_workers threads."""
    if max_workers < 1 or window < 1:
        raise ValueError("max_workers and window must be at least 1")
    return _results(fn, items, max_workers, window)


def _results(fn: Callable[[T], R], items: Iterable[T], max_workers: int, window: int) -> Generator[R, None, None]:
    ahead: deque[Future[R]] = deque()
    source, more = iter(items), True
    with ThreadPoolExecutor(max_workers) as pool:
        try:
            while more or ahead:
                while more and len(ahead) < window and not (ahead and ahead[0].done()):
                    item = next(source, None)
                    if item is None:
                        more = False
                    else:
                        ahead.append(pool.submit(fn, item))
                if ahead:
                    oldest = ahead[0]
                    result = oldest.result()
                    ahead.popleft()
                    yield result
        finally:
            while ahead:
                ahead.pop().cancel()
