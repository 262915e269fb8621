"""Iterates a second time for the names of the threads: a generator has none left, and the threads are not named.

Rejected by: test_every_warden_exactly_once
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError("ring is not callable")
    crew = []
    for w in wardens:
        crew.append(Thread(target=ring, args=(w,)))
    for t, w in zip(crew, wardens):
        t.name = f"ring-{w}"
    for t in crew:
        t.start()
    for t in crew:
        t.join()
