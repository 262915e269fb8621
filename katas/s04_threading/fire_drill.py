"""Repair the fire drill, so that all floor wardens are rung at the same time.

The building may log "drill complete" only when the last warden has picked up. This code rings everybody, nobody
is forgotten, no error is shown, and still no thread does anything.
"""

from collections.abc import Callable, Iterable
from threading import Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    """Call ring(warden) once for each warden, all calls under way at the same time.

    Each call runs in a child thread, which is named f"ring-{warden}" by then. Returns when every call has returned;
    without any warden that is at once.

    `wardens` is iterated once (it may be a generator), and names may repeat. `ring` does not raise.
    TypeError if `ring` is not callable, before any thread is started, and without any warden, too.

    ring_all(phone.ring, ["Alice", "Bob"]): two calls under way together, in "ring-Alice" and "ring-Bob".
    """
    for warden in wardens:
        caller = Thread(target=ring(warden), name=f"ring-{warden}")  # TODO: which thread makes this call?
        caller.start()
        caller.join()  # TODO: and what does Bob's phone do while this waits?
