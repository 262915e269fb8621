"""A pool with a thread for each warden, which takes the name of the call it makes."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import current_thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    def call(warden: str) -> None:
        current_thread().name = f"ring-{warden}"
        ring(warden)

    names = list(wardens)
    with ThreadPoolExecutor(max_workers=len(names) or 1) as pool:
        list(pool.map(call, names))
