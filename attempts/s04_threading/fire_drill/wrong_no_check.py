"""Does not check ring: a thread with target None starts, does nothing and ends, without any error.

Rejected by: test_ring_not_callable
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    crew = [Thread(target=ring, args=(warden,), name=f"ring-{warden}") for warden in wardens]
    for caller in crew:
        caller.start()
    for caller in crew:
        caller.join()
