"""Starts one, sees to all others, and joins it on the way back."""

from collections.abc import Callable, Iterable, Iterator
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    drill(ring, iter(wardens))


def drill(ring: Callable[[str], None], wardens: Iterator[str]) -> None:
    for warden in wardens:
        caller = Thread(target=ring, args=(warden,), name=f"ring-{warden}")
        caller.start()
        drill(ring, wardens)
        caller.join()
