"""A Timer is a thread, too, and one of zero seconds starts at once."""

from collections.abc import Callable, Iterable
from threading import Timer


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew = []
    for warden in wardens:
        caller = Timer(0, ring, args=[warden])
        caller.name = f"ring-{warden}"
        crew.append(caller)
    for caller in crew:
        caller.start()
    for caller in crew:
        caller.join()
