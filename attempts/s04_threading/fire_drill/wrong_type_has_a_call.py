"""Asks the type for __call__, and every class has one. Then it waits for calls that never come about.

Rejected by: test_ring_not_callable
"""

from collections.abc import Callable, Iterable
from threading import Semaphore, Thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    """Call ring(warden) once for each warden, all calls under way at the same time.

    Each call runs in a child thread, which is named f"ring-{warden}" by then. Returns when every call has returned;
    without any warden that is at once.

    `wardens` is iterated once (it may be a generator), and names may repeat. `ring` does not raise.
    TypeError if `ring` is not callable, before any thread is started, and without any warden, too.

    ring_all(phone.ring, ["Alice", "Bob"]): two calls under way together, in "ring-Alice" and "ring-Bob".
    """
    if not hasattr(type(ring), "__call__"):
        raise TypeError(f"{ring!r} cannot be called")
    picked_up = Semaphore(0)

    def call(warden: str) -> None:
        ring(warden)
        picked_up.release()

    callers = [Thread(target=call, args=(warden,), name=f"ring-{warden}") for warden in wardens]
    for caller in callers:
        caller.start()
    for caller in callers:
        picked_up.acquire()
    for caller in callers:
        caller.join()
