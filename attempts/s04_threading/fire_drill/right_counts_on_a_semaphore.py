"""Waits on a semaphore that each call releases when it has returned, instead of joining."""

from collections.abc import Callable, Iterable
from threading import Semaphore, Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    returned = Semaphore(0)

    def call(warden: str) -> None:
        ring(warden)
        returned.release()

    crew = [Thread(target=call, args=(warden,), name=f"ring-{warden}") for warden in wardens]
    for caller in crew:
        caller.start()
    for _ in crew:
        returned.acquire()
