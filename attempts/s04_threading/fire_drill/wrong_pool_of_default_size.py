"""A pool of the size that Python proposes: in a high building it has fewer threads than wardens.

Rejected by: test_a_building_with_many_floors
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import current_thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    def call(warden: str) -> None:
        current_thread().name = f"ring-{warden}"
        ring(warden)

    with ThreadPoolExecutor() as pool:
        for warden in wardens:
            pool.submit(call, warden)
