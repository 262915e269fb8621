"""Looks at `ring` once for each warden: without wardens it lets through what cannot be called.

Rejected by: test_ring_not_callable
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    crew = []
    for warden in wardens:
        if not callable(ring):
            raise TypeError(f"ring has to be callable, not {ring!r}")
        crew.append(Thread(target=ring, args=(warden,), name=f"ring-{warden}"))
    for caller in crew:
        caller.start()
    for caller in crew:
        caller.join()
