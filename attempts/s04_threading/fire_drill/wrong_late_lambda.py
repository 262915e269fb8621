"""The lambda looks the warden up when it is called, and by then the loop may have gone on to the next.

Rejected by: test_every_warden_exactly_once
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew = []
    for warden in wardens:
        caller = Thread(target=lambda: ring(warden), name=f"ring-{warden}")
        caller.start()
        crew.append(caller)
    for caller in crew:
        caller.join()
