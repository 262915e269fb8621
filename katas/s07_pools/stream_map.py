"""Write a `map` that works in threads and reads ahead, but never further than a window.

An importer enriches 40 million rows that come from a generator; each needs a slow look-up. `Executor.map` reads all
the rows before it hands out the first result, and the job dies of memory.
"""

from collections.abc import Callable, Generator, Iterable
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
    raise NotImplementedError  # TODO
