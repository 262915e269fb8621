"""Two lists, and a barrier whose action lets them change roles.

A step has two hazards: a cell may be read after it was overwritten, and before it was computed. Two lists
settle the first one (read from `old`, write into `new`), the barrier settles the second: nobody begins step
k + 1 before everybody has finished step k.

When do the lists change roles? Not after the barrier: the first thread that comes out may be reading again
while another one is about to swap. The action of a Barrier runs in one thread while all the others are
still inside wait(). That is the one moment at which nobody computes, so the swap and on_step belong there.

A barrier waits for a fixed number of threads. It hangs if that number is larger than that of the workers
(fewer cells than threads), and if one of them never comes, because its rule failed. abort() is the way to
say "I will not come": all who wait, or come later, get BrokenBarrierError. That is a symptom; the caller is
told the cause.
"""

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

    An error in rule or on_step: simulate raises that very exception (one of them, if several),
    never BrokenBarrierError, after all its threads have ended. on_step is not called for the failed step or later
    ones.

    No cells or no steps: list(cells), and no thread is started. ValueError: n_threads < 1 or steps < 0, always.
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
    done = 0
    errors: list[BaseException] = []

    def end_of_step() -> None:
        nonlocal old, new, done
        old, new = new, old
        done += 1
        if on_step is not None:
            on_step(done, tuple(old))  # an exception here breaks the barrier by itself

    barrier = Barrier(workers, action=end_of_step)

    def work(strip: range) -> None:
        try:
            for _ in range(steps):
                for i in strip:
                    new[i] = rule(old[i - 1], old[i], old[(i + 1) % size])
                barrier.wait()
        except BrokenBarrierError:
            pass  # somebody else failed, and has said why
        except BaseException as error:
            errors.append(error)
            barrier.abort()  # or the others wait for this thread for ever

    cuts = [size * n // workers for n in range(workers + 1)]
    threads = [Thread(target=work, args=(range(cuts[n], cuts[n + 1]),)) for n in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return old
