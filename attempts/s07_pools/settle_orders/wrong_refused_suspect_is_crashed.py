"""Calls a suspect crashed, too, if the pool that it should run alone in was broken before it took it.

Rejected by: test_pool_that_is_broken_from_the_start
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass

Order = tuple[str, tuple[str, ...]]
"""The order's id, and the articles."""


class PricingError(Exception):
    """An order that cannot be priced. Keeps order_id and reason, as attributes and in its text, when it is pickled."""

    def __init__(self, order_id: str, reason: str) -> None:
        """PricingError("17", "no price for tea") reads "order 17: no price for tea"."""
        super().__init__(f"order {order_id}: {reason}")
        self.order_id = order_id
        self.reason = reason

    def __reduce__(self) -> tuple[type[PricingError], tuple[str, str]]:
        return PricingError, (self.order_id, self.reason)


@dataclass(frozen=True)
class Priced:
    """fn returned this total."""

    total: int


@dataclass(frozen=True)
class Rejected:
    """fn raised this error."""

    error: Exception


@dataclass(frozen=True)
class Crashed:
    """Running fn for this order breaks the pool."""


_catalogue: dict[str, int] = {}
"""Of this process: filled when it begins, if it is one of a pricing_pool."""


def pricing_pool(catalogue: dict[str, int], workers: int) -> ProcessPoolExecutor:
    """A pool in whose processes price() works with this catalogue, under any start method.

    The catalogue is large: it is sent at most once to each process, and never with an order. Several such pools, each
    with its own catalogue, can be in use at once.
    """
    return ProcessPoolExecutor(workers, initializer=_begin, initargs=(catalogue,))


def _begin(catalogue: dict[str, int]) -> None:
    """The first thing that a process of the pool does."""
    _catalogue.update(catalogue)


def price(order: Order) -> int:
    """Runs in such a pool. The sum of the articles' prices.

    For the first unknown article: PricingError(order_id, f"no price for {article}").
    """
    order_id, articles = order
    for article in articles:
        if article not in _catalogue:
            raise PricingError(order_id, f"no price for {article}")
    return sum(_catalogue[article] for article in articles)


def settle_orders(
    fn: Callable[[Order], int], orders: Sequence[Order], make_pool: Callable[[], Executor], workers: int
) -> list[Priced | Rejected | Crashed]:
    if workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")
    outcomes: dict[int, Priced | Rejected | Crashed] = {}
    useless = 0

    def run(todo: deque[int], most: int) -> list[int]:
        """One pool, until it breaks or nothing is left to do. Returns those that were lost with it."""
        nonlocal useless
        flying: dict[Future[int], int] = {}
        lost: list[int] = []
        broken = used = False
        with make_pool() as pool:
            while flying or (todo and not broken):
                while todo and not broken and len(flying) < most:
                    try:
                        future = pool.submit(fn, orders[todo[0]])
                    except BrokenExecutor:
                        broken, useless = True, useless + (not used)
                        if useless == 2:
                            raise
                    else:
                        useless, used = 0, True
                        flying[future] = todo.popleft()
                for future in wait(flying, return_when=FIRST_COMPLETED).done:
                    index, error = flying.pop(future), future.exception()
                    if isinstance(error, BrokenExecutor):
                        broken = True
                        lost.append(index)
                    else:
                        outcomes[index] = Rejected(error) if isinstance(error, Exception) else Priced(future.result())
        return lost

    fresh, suspects = deque(range(len(orders))), []
    while fresh:
        suspects += run(fresh, workers)
    for suspect in suspects:
        alone = deque([suspect])
        if run(alone, 1) or alone:  # it did not end, or did not even begin
            outcomes[suspect] = Crashed()
    return [outcomes[index] for index in range(len(orders))]
