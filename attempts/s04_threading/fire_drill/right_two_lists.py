"""Builds and starts in one loop, joins in a second one."""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew = []
    for warden in wardens:
        caller = Thread(target=ring, args=(warden,), name=f"ring-{warden}")
        caller.start()
        crew.append(caller)
    for caller in crew:
        caller.join()
