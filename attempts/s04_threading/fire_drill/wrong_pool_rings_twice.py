"""A pool big enough for all, but whose thread has done is given the next warden, and gets another name.

Rejected by: test_each_call_in_a_thread_of_its_own
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import current_thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    """Call ring(warden) once for each warden, all calls under way at the same time.

    Each call runs in a child thread of its own, named f"ring-{warden}". Returns when every call has returned;
    without any warden that is at once.

    `wardens` is iterated once (it may be a generator), and names may repeat. `ring` does not raise.
    TypeError if `ring` is not callable, before any thread is started, and without any warden, too.

    ring_all(phone.ring, ["Alice", "Bob"]): two calls under way together, in "ring-Alice" and "ring-Bob".
    """
    if not callable(ring):
        raise TypeError(f"ring has to be callable, not {ring!r}")
    everybody = list(wardens)

    def call(warden: str) -> None:
        current_thread().name = f"ring-{warden}"
        ring(warden)

    with ThreadPoolExecutor(max_workers=max(len(everybody), 1)) as pool:
        for warden in everybody:
            pool.submit(call, warden)
