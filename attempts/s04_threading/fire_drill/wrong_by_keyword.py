"""Hands over the name as warden=...: a ring that calls its argument something else rings nobody.

Rejected by: test_seed_example
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew = [Thread(target=ring, kwargs={"warden": warden}, name=f"ring-{warden}") for warden in wardens]
    for caller in crew:
        caller.start()
    for caller in crew:
        caller.join()
