"""Waits for each warden before the next one is rung: one after the other, at the price of threads.

Rejected by: test_all_rings_at_once
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    for warden in wardens:
        caller = Thread(target=ring, args=(warden,), name=f"ring-{warden}")
        caller.start()
        caller.join()
