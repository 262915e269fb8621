"""A Thread subclass that overrides run() and needs no target."""

from collections.abc import Callable, Iterable
from threading import Thread


class Caller(Thread):
    def __init__(self, ring: Callable[[str], None], warden: str) -> None:
        super().__init__(name=f"ring-{warden}")
        self._ring = ring
        self._warden = warden

    def run(self) -> None:
        self._ring(self._warden)


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew = [Caller(ring, warden) for warden in wardens]
    for caller in crew:
        caller.start()
    for caller in crew:
        caller.join()
