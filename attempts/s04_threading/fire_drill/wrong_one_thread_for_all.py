"""One child thread rings them all, one after the other.

Rejected by: test_all_rings_at_once
"""

from collections.abc import Callable, Iterable
from threading import Thread, current_thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    def round_call() -> None:
        for warden in wardens:
            current_thread().name = f"ring-{warden}"
            ring(warden)

    caller = Thread(target=round_call)
    caller.start()
    caller.join()
