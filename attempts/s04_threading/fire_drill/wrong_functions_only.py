"""Accepts functions only, although an object with __call__ can be called as well.

Rejected by: test_generator_repeats_and_nobody
"""

from collections.abc import Callable, Iterable
from inspect import isfunction
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not isfunction(ring):
        raise TypeError(f"ring has to be a function, not {ring!r}")
    crew = [Thread(target=ring, args=(warden,), name=f"ring-{warden}") for warden in wardens]
    for caller in crew:
        caller.start()
    for caller in crew:
        caller.join()
