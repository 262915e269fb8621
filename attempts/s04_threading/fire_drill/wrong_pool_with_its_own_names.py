"""The threads of a pool bear its names, not those that were asked for.

Rejected by: test_seed_example
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    names = list(wardens)
    with ThreadPoolExecutor(max_workers=len(names) or 1, thread_name_prefix="ring-") as pool:
        for warden in names:
            pool.submit(ring, warden)
