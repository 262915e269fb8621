"""A partial brings function and argument together without calling."""

from collections.abc import Callable, Iterable
from functools import partial
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew = [Thread(target=partial(ring, warden), name=f"ring-{warden}") for warden in wardens]
    for caller in crew:
        caller.start()
    for caller in crew:
        caller.join()
