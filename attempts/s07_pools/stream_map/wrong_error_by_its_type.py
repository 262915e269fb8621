"""A result that is an exception is raised: fn may as well return one.

Rejected by: test_same_as_map
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from threading import Condition, Thread
from typing import Any, TypeVar


T = TypeVar("T")
R = TypeVar("R")


def stream_map(fn: Callable[[T], R], items: Iterable[T], max_workers: int, window: int) -> Generator[R, None, None]:
    """Yield fn(item) for every item, in the order of the items, computed by at most max_workers threads."""
    if max_workers < 1 or window < 1:
        raise ValueError("max_workers and window must be at least 1")
    return _results(fn, items, max_workers, window)


def _results(fn: Callable[[T], R], items: Iterable[T], max_workers: int, window: int) -> Generator[R, None, None]:
    changed = Condition()
    calls: deque[tuple[T, list[Any]]] = deque()
    over = False

    def work() -> None:
        while True:
            with changed:
                changed.wait_for(lambda: calls or over)
                if over:
                    return
                item, slot = calls.popleft()
            try:
                outcome = fn(item)
            except BaseException as error:
                outcome = error
            with changed:
                slot.append(outcome)
                changed.notify_all()

    threads = [Thread(target=work) for _ in range(max_workers)]
    for thread in threads:
        thread.start()
    ahead: deque[list[Any]] = deque()
    more = True
    source = iter(items)
    try:
        while True:
            while more and len(ahead) < window:
                try:
                    item = next(source)
                except StopIteration:
                    more = False
                    break
                slot: list[Any] = []
                ahead.append(slot)
                with changed:
                    calls.append((item, slot))
                    changed.notify_all()
            if not ahead:
                return
            oldest = ahead.popleft()
            with changed:
                changed.wait_for(lambda: oldest)
            value = oldest[0]
            if isinstance(value, BaseException):
                raise value
            yield value
    finally:
        with changed:
            over = True
            changed.notify_all()
        for thread in threads:
            thread.join()
