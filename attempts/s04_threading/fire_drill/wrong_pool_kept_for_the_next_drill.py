"""Keeps the pool for the next drill: after this one its threads go on waiting for work.

Rejected by: test_no_thread_left
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import current_thread

_pools: list[ThreadPoolExecutor] = []


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    def call(warden: str) -> None:
        current_thread().name = f"ring-{warden}"
        ring(warden)

    names = list(wardens)
    _pools.append(ThreadPoolExecutor(max_workers=len(names) or 1))
    for future in [_pools[-1].submit(call, warden) for warden in names]:
        future.result()
