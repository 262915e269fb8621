"""All streams share one list of what is under way.

Rejected by: test_stream_of_a_stream
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar


T = TypeVar("T")
R = TypeVar("R")
ahead: deque[Future[Any]] = deque()


def stream_map(fn: Callable[[T], R], items: Iterable[T], max_workers: int, window: int) -> Generator[R, None, None]:
    """Yield fn(item) for every item, in the order of the items, computed by at most max_workers threads."""
    if max_workers < 1 or window < 1:
        raise ValueError("max_workers and window must be at least 1")
    return _results(fn, items, max_workers, window)


def _results(fn: Callable[[T], R], items: Iterable[T], max_workers: int, window: int) -> Generator[R, None, None]:
    source, more = iter(items), True
    with ThreadPoolExecutor(max_workers) as pool:
        try:
            while more or ahead:
                while more and len(ahead) < window and not (ahead and ahead[0].done()):
                    try:
                        ahead.append(pool.submit(fn, next(source)))
                    except StopIteration:
                        more = False
                if ahead:
                    oldest = ahead[0]
                    result = oldest.result()
                    ahead.popleft()
                    yield result
        finally:
            while ahead:
                ahead.pop().cancel()
