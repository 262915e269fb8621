"""The caller computes the first strip itself; the threads keep lists of their own for each step."""

from collections.abc import Callable, Sequence
from threading import Barrier, BrokenBarrierError, Thread
from typing import TypeVar

T = TypeVar("T")


def simulate(
    cells: Sequence[T],
    steps: int,
    n_threads: int,
    rule: Callable[[T, T, T], T],
    on_step: Callable[[int, tuple[T, ...]], None] | None = None,
) -> list[T]:
    """Return the values after that many steps, as a new list. cells is not modified.

    rule(left, own, right) returns the new own value. The ring wraps around: the last cell is the left
    neighbour of the first. rule runs exactly steps * len(cells) times.

    The ring is cut into min(n_threads, len(cells)) contiguous strips whose lengths differ by at most one.
    They are computed at the same time, one thread each. At most n_threads threads are started in the whole
    call (not n_threads per step).

    on_step(k, values) is called once per step, k = 1..steps in order, with the values after step k, while
    no rule call is in progress. Which thread calls it is open.

    An error in rule or on_step: simulate raises that very exception (one of them, if several), never
    BrokenBarrierError, after all its threads have ended. on_step is not called for the failed step or later
    ones.

    No cells or no steps: list(cells), and no thread is started. ValueError: n_threads < 1 or steps < 0.
    """
    if n_threads < 1:
        raise ValueError(f"{n_threads} threads")
    if steps < 0:
        raise ValueError(f"{steps} steps")
    old, new = list(cells), list(cells)
    size = len(old)
    if size == 0 or steps == 0:
        return old
    workers = min(n_threads, size)  # the barrier counts those who come, not those who were asked for
    history: list[list[T]] = [old]
    errors: list[BaseException] = []

    def end_of_step() -> None:
        if on_step is not None:
            on_step(len(history) - 1, tuple(history[-1]))
        history.append(list(history[-1]))

    history.append(new)
    barrier = Barrier(workers, action=end_of_step)

    def work(strip: range) -> None:
        try:
            for k in range(steps):
                a, b = history[k], history[k + 1]
                for i in strip:
                    b[i] = rule(a[i - 1], a[i], a[(i + 1) % size])
                barrier.wait()
        except BrokenBarrierError:
            pass
        except BaseException as error:
            errors.append(error)
            barrier.abort()

    base, more = divmod(size, workers)
    strips, start = [], 0
    for n in range(workers):
        end = start + base + (n < more)
        strips.append(range(start, end))
        start = end
    threads = [Thread(target=work, args=(strip,)) for strip in strips[1:]]
    for thread in threads:
        thread.start()
    work(strips[0])
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return history[steps]
