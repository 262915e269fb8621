"""Saves a thread: the last warden is rung by the caller itself.

Rejected by: test_seed_example, test_each_call_in_a_child_thread
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    names = list(wardens)
    crew = [Thread(target=ring, args=(warden,), name=f"ring-{warden}") for warden in names[:-1]]
    for caller in crew:
        caller.start()
    for warden in names[-1:]:
        ring(warden)
    for caller in crew:
        caller.join()
