"""Joins the thread that was started last, as if the last one to start were the last one to end.

Rejected by: test_complete_when_it_returns
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    caller = None
    for warden in wardens:
        caller = Thread(target=ring, args=(warden,), name=f"ring-{warden}")
        caller.start()
    if caller is not None:
        caller.join()
