"""Gives the thread its name when it already runs: the call may have been made under another one.

Rejected by: test_every_warden_exactly_once
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew = []
    for warden in wardens:
        caller = Thread(target=ring, args=(warden,))
        caller.start()
        caller.name = f"ring-{warden}"
        crew.append(caller)
    for caller in crew:
        caller.join()
