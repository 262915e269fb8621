"""Waits only for the threads that are still alive: who has ended already is never joined."""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def simulate(
    cells: Sequence[T],
    steps: int,
    n_threads: int,
    rule: Callable[[T, T, T], T],
    on_step: Callable[[int, tuple[T, ...]], None] | None = None,
) -> list[T]:
    if n_threads < 1 or steps < 0:
        raise ValueError("n_threads must be >= 1 and steps >= 0")
    old, new = list(cells), list(cells)
    if not old or not steps:
        return old
    size, workers = len(old), min(n_threads, len(old))
    errors: list[BaseException] = []
    done = 0

    def turn() -> None:
        nonlocal old, new, done
        old, new, done = new, old, done + 1
        if on_step is not None:
            on_step(done, tuple(old))

    barrier = threading.Barrier(workers, turn)

    def work(first: int, end: int) -> None:
        try:
            for _ in range(steps):
                for i in range(first, end):
                    new[i] = rule(old[i - 1], old[i], old[(i + 1) % size])
                barrier.wait()
        except threading.BrokenBarrierError:
            pass
        except BaseException as error:
            errors.append(error)
            barrier.abort()

    threads = []
    for j in range(workers):
        threads.append(threading.Thread(target=work, args=(size * j // workers, size * (j + 1) // workers)))
        threads[-1].start()
    for thread in threads:
        while thread.is_alive():
            thread.join()
    if errors:
        raise errors[0]
    return old
