"""Waits until no other thread is alive at all, also those that have nothing to do with the drill.

Rejected by: test_nobody_is_rung_later
"""

import time
from collections.abc import Callable, Iterable
from threading import Thread, active_count


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    for warden in wardens:
        Thread(target=ring, args=(warden,), name=f"ring-{warden}").start()
    while active_count() > 1:
        time.sleep(0.01)
