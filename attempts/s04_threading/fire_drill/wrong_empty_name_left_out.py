"""A warden whose name is empty counts as nobody, and is not rung.

Rejected by: test_every_warden_exactly_once
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew = [Thread(target=ring, args=(warden,), name=f"ring-{warden}") for warden in wardens if warden]
    for caller in crew:
        caller.start()
    for caller in crew:
        caller.join()
