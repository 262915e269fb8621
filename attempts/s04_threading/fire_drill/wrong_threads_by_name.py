"""Keeps the threads in a dict by name: of two wardens called Alice one is never rung.

Rejected by: test_every_warden_exactly_once, test_generator_repeats_and_nobody
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew = {warden: Thread(target=ring, args=(warden,), name=f"ring-{warden}") for warden in wardens}
    for caller in crew.values():
        caller.start()
    for caller in crew.values():
        caller.join()
