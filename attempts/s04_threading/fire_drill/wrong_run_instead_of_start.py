"""Calls run(), which does what the thread would do, but in the thread of the caller.

Rejected by: test_each_call_in_a_child_thread
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew = [Thread(target=ring, args=(warden,), name=f"ring-{warden}") for warden in wardens]
    for caller in crew:
        caller.run()
