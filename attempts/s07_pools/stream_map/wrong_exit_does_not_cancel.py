"""Only an Exception and close() cancel what is queued: after the SystemExit of a call, all of it still runs.

Rejected by: test_end_cancels_the_rest
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
    ahead: deque[Future[R]] = deque()
    with ThreadPoolExecutor(max_workers) as pool:
        try:
            source = iter(items)
            while True:
                for item in islice(source, window - len(ahead)):
                    ahead.append(pool.submit(fn, item))
                if not ahead:
                    return
                yield ahead.popleft().result()
        except (Exception, GeneratorExit):
            for future in ahead:
                future.cancel()
            raise
