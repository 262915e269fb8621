"""Refuses what cannot be called only when the threads have been started already.

Rejected by: test_ring_not_callable
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    crew = [Thread(target=ring, args=(warden,), name=f"ring-{warden}") for warden in wardens]
    for caller in crew:
        caller.start()
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    for caller in crew:
        caller.join()
