"""Submits everything at once: one crash makes all of them suspects.

Rejected by: test_window
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass

Order = tuple[str, tuple[str, ...]]
"""The order's id, and the articles."""


class PricingError(Exception):
    """An order that cannot be priced. Keeps order_id and reason, as attributes and in its text, when it is pickled."""

    def __init__(self, order_id: str, reason: str) -> None:
        """PricingError("17", "no price for tea") reads "order 17: no price for tea"."""
        super().__init__(order_id, reason)  # the args: unpickling calls the class with them
        self.order_id = order_id
        self.reason = reason

    def __str__(self) -> str:
        return f"order {self.order_id}: {self.reason}"


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
    """What becomes of fn(order), run in a pool that make_pool() makes, for each order, in the order of `orders`."""
    if workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")
    outcomes: dict[int, Priced | Rejected | Crashed] = {}
    pool = make_pool()
    try:
        futures = {index: pool.submit(fn, order) for index, order in enumerate(orders)}
        suspects = [index for index, future in futures.items() if isinstance(future.exception(), BrokenExecutor)]
        outcomes = {index: _outcome(future) for index, future in futures.items() if index not in suspects}
        broken = bool(suspects)
        for index in suspects:
            if broken:
                pool.shutdown()
                pool = make_pool()
            future = pool.submit(fn, orders[index])
            broken = isinstance(future.exception(), BrokenExecutor)
            outcomes[index] = Crashed() if broken else _outcome(future)
        return [outcomes[index] for index in range(len(orders))]
    finally:
        pool.shutdown()


def _outcome(future: Future[int]) -> Priced | Rejected | Crashed:
    error = future.exception()
    if isinstance(error, BrokenExecutor):
        raise error
    return Priced(future.result()) if error is None else Rejected(error)
