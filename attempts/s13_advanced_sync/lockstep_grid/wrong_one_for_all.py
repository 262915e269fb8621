"""One queue of results for the whole module: two simulations at the same time take each other's strips.

Rejected by: test_a_simulation_within_a_simulation
"""

from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")
_done: SimpleQueue[tuple[int, Any, BaseException | None]] = SimpleQueue()


def simulate(
    cells: Sequence[T],
    steps: int,
    n_threads: int,
    rule: Callable[[T, T, T], T],
    on_step: Callable[[int, tuple[T, ...]], None] | None = None,
) -> list[T]:
    """Return the values after that many steps, as a new list. cells is not modified."""
    if n_threads < 1 or steps < 0:
        raise ValueError(f"{n_threads} threads, {steps} steps")
    now = list(cells)
    if not now or not steps:
        return now
    size, workers = len(now), min(n_threads, len(now))
    cuts = [size * n // workers for n in range(workers + 1)]
    inboxes: list[SimpleQueue[list[T] | None]] = [SimpleQueue() for _ in range(workers)]

    def work(n: int) -> None:
        while (old := inboxes[n].get()) is not None:
            try:
                strip = [rule(old[i - 1], old[i], old[(i + 1) % size]) for i in range(cuts[n], cuts[n + 1])]
                _done.put((n, strip, None))
            except BaseException as error:
                _done.put((n, None, error))

    threads = [Thread(target=work, args=(n,)) for n in range(workers)]
    for thread in threads:
        thread.start()
    try:
        for step in range(1, steps + 1):
            for inbox in inboxes:
                inbox.put(now)
            results = sorted((_done.get() for _ in threads), key=lambda result: result[0])
            for _, _, error in results:
                if error is not None:
                    raise error
            now = [value for _, strip, _ in results for value in strip]
            if on_step is not None:
                on_step(step, tuple(now))
    finally:
        for inbox in inboxes:
            inbox.put(None)
        for thread in threads:
            thread.join()
    return now
