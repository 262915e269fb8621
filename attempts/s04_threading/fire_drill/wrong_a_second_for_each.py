"""Gives each warden a second to pick up before the next one is rung: not at the same time.

Rejected by: test_nobody_is_rung_later
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew = []
    for warden in wardens:
        caller = Thread(target=ring, args=(warden,), name=f"ring-{warden}")
        caller.start()
        caller.join(timeout=1)
        crew.append(caller)
    for caller in crew:
        caller.join()
