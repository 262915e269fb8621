"""A lambda that takes the warden of its own turn along, as a default."""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew = [Thread(target=lambda warden=warden: ring(warden), name=f"ring-{warden}") for warden in wardens]
    for caller in crew:
        caller.start()
    for caller in reversed(crew):
        caller.join()
