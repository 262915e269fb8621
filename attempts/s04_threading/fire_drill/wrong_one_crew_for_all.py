"""Keeps the threads in a global list: a second drill clears the list on which the first one still counts.

Rejected by: test_two_buildings
"""

from collections.abc import Callable, Iterable
from threading import Thread

crew: list[Thread] = []


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew.clear()
    for warden in wardens:
        crew.append(Thread(target=ring, args=(warden,), name=f"ring-{warden}"))
    for caller in crew:
        caller.start()
    for caller in crew:
        caller.join()
