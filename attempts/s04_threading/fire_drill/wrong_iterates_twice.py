"""Counts the wardens first: a generator is empty after that.

Rejected by: test_generator_repeats_and_nobody
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew = [None] * sum(1 for _ in wardens)
    for index, warden in enumerate(wardens):
        crew[index] = Thread(target=ring, args=(warden,), name=f"ring-{warden}")
        crew[index].start()
    for caller in crew:
        if caller is not None:
            caller.join()
