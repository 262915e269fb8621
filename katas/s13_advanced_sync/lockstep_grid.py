"""Write a simulation of heat in a ring of cells: one thread for each strip of it, all of them in lockstep.

A foundry computes how heat spreads on a hot plate with a ring of sensors. In each step every cell gets a
new value, made of its two neighbours and itself as they were in the step before. A cell rule may fail. Then
the whole simulation has to end with that error, and no thread may wait for a colleague who will never come.
"""

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
    raise NotImplementedError  # TODO
