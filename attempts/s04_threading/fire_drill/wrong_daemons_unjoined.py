"""Starts daemon threads and returns: nobody waits until the wardens have picked up.

Rejected by: test_complete_when_it_returns
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    for warden in wardens:
        Thread(target=ring, args=(warden,), name=f"ring-{warden}", daemon=True).start()
