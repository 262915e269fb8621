"""Refuses what counts as false: a phone that has not rung yet has length 0, and can be called.

Rejected by: test_generator_repeats_and_nobody
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
    if not ring or not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    crew = [Thread(target=ring, args=(warden,), name=f"ring-{warden}") for warden in wardens]
    for caller in crew:
        caller.start()
    for caller in crew:  # only now: by here everybody is being rung
        caller.join()
