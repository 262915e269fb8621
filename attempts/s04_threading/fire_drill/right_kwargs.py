"""Hands the argument on by a wrapper's keyword; daemon threads are joined like others."""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    def call(*, warden: str) -> None:
        ring(warden)

    crew = [
        Thread(target=call, kwargs={"warden": warden}, name=f"ring-{warden}", daemon=True) for warden in wardens
    ]
    for caller in crew:
        caller.start()
    for caller in crew:
        caller.join()
