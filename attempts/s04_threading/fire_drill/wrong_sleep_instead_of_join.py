"""Sleeps for a while and hopes that everybody has picked up by then.

Rejected by: test_slow_warden
"""

import time
from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    for warden in wardens:
        Thread(target=ring, args=(warden,), name=f"ring-{warden}").start()
    time.sleep(0.5)
