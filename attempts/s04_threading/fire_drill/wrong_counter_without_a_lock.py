"""Counts the calls that have returned, without a lock: a count gets lost, and it waits for ever.

Rejected by: test_complete_when_it_returns
"""

from collections.abc import Callable, Iterable
from threading import Event, Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    returned = 0
    everybody = Event()
    crew = []

    def call(warden: str) -> None:
        nonlocal returned
        ring(warden)
        returned += 1
        if returned == len(crew):
            everybody.set()

    for warden in wardens:
        crew.append(Thread(target=call, args=(warden,), name=f"ring-{warden}"))
    for caller in crew:
        caller.start()
    if crew:
        everybody.wait()
