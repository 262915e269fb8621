"""Keeps the threads in a generator: the first loop uses it up, and nobody is left to be joined.

Rejected by: test_complete_when_it_returns
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew = (Thread(target=ring, args=(warden,), name=f"ring-{warden}") for warden in wardens)
    for caller in crew:
        caller.start()
    for caller in crew:
        caller.join()
