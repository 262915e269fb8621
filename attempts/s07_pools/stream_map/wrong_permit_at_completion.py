"""A permit comes back when a call is done, not when its result is handed out: results pile up.

Rejected by: test_lazy_and_bounded
"""

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Semaphore, Thread
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
    permits = Semaphore(window)
    ahead: SimpleQueue[Future[R] | None] = SimpleQueue()
    pool = ThreadPoolExecutor(max_workers)

    def feed() -> None:
        for item in items:
            permits.acquire()
            future = pool.submit(fn, item)
            future.add_done_callback(lambda _: permits.release())
            ahead.put(future)
        ahead.put(None)

    feeder = Thread(target=feed)
    feeder.start()
    try:
        while (future := ahead.get()) is not None:
            yield future.result()
    finally:
        feeder.join()
        pool.shutdown(cancel_futures=True)
