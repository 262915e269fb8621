"""A pool with room for all calls at once: a thread that has done may take the next warden's name, and ring."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import current_thread


def ring_all(ring: Callable[[str], None], wardens: Iterable[str]) -> None:
    """Call ring(warden) once for each warden, all calls under way at the same time.

    Each call runs in a child thread, which is named f"ring-{warden}" by then. Returns when every call has returned;
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
