"""A deque of futures is the window: top it up, hand out the oldest, again and again.

A generator's body does not run before the first `next`, and neither would checks that stand in it. So `stream_map`
itself is an ordinary function: it checks and then returns the generator.

Only the generator pulls items, and only while somebody is inside `next`. So a consumer that is slow, or has gone, stops
the reading: that is the backpressure. It tops up before it waits, so while it waits the window is full. It takes the
oldest future, not the one that is done first, so the order is that of the items, and an exception that `result()`
raises comes in its place.

Used up, an error of fn, an error of items, `close()` (which raises GeneratorExit at the `yield`): all of these leave
through `finally`. A plain `with` would run all that is queued; `cancel_futures=True` drops it. What is running cannot
be cancelled, and `shutdown` waits for it.
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
    """Yield fn(item) for every item, in the order of the items, computed by at most max_workers threads.

    1. ValueError in the call itself, before any next(), if max_workers < 1 or window < 1.
    2. Nothing is pulled from items before the first next(), and items is only ever advanced by the thread that calls
       next().
    3. When the n-th result is returned, at most n - 1 + window items have been pulled. Whenever next() has to wait for
       it, exactly that many have been (or the input is used up), and all of them have been handed to the workers.
       Items and results that have been returned are not kept.
    4. An Exception of fn is raised by next() in the place of that result (StopIteration as
       RuntimeError, as in any generator), after all earlier results; then the generator is finished.
    5. An exception of items itself is raised by the next() that pulled it, at once, even if earlier results have not
       been returned yet; then the generator is finished.
    6. However it ends (used up, an error, close()): calls that have not begun never begin, those that are running are
       waited for, and no thread is left when control is back at the caller.
    """
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
            for item in islice(source, window - len(ahead)):
                ahead.append(pool.submit(fn, item))
            if not ahead:
                return
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)  # what has not begun is dropped; what runs is waited for
