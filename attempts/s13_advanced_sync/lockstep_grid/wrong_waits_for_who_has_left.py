"""A rule that ends with SystemExit ends its thread alone; the others wait at the barrier for ever.

Rejected by: test_any_error_ends_everything
"""

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
        raise ValueError("n_threads < 1 or steps < 0")
    now = list(cells)
    n = len(now)
    if not n or not steps:
        return now
    new = list(now)
    strips = min(n_threads, n)
    errors: list[BaseException] = []
    step = 0

    def turn() -> None:
        nonlocal now, new, step
        now, new = new, now
        step += 1
        if on_step is not None:
            on_step(step, tuple(now))

    barrier = threading.Barrier(strips, action=turn)

    def work(start: int, stop: int) -> None:
        try:
            for _ in range(steps):
                for i in range(start, stop):
                    new[i] = rule(now[i - 1], now[i], now[(i + 1) % n])
                barrier.wait()
        except threading.BrokenBarrierError as error:
            if not barrier.broken:
                errors.append(error)
                barrier.abort()
        except Exception as error:
            errors.append(error)
            barrier.abort()

    threads = [threading.Thread(target=work, args=(n * i // strips, n * (i + 1) // strips)) for i in range(strips)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return now
