"""Rings two at a time: the third warden waits until both have picked up.

Rejected by: test_all_rings_at_once
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew = [Thread(target=ring, args=(warden,), name=f"ring-{warden}") for warden in wardens]
    while crew:
        now, crew = crew[:2], crew[2:]
        for caller in now:
            caller.start()
        for caller in now:
            caller.join()
