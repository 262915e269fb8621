"""Move the pricing of orders from threads to processes, with one honest outcome for each order.

With threads it works. With a ProcessPoolExecutor three surprises wait: the price catalogue is not there, or is sent
along with each order; the error breaks the pool on its way back; and an order that kills its process takes along all
the others: each unfinished order ends in BrokenProcessPool.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass

Order = tuple[str, tuple[str, ...]]
"""The order's id, and the articles."""


class PricingError(Exception):
    """An order that cannot be priced. Keeps order_id and reason, as attributes and in its text, when it is pickled."""

    def __init__(self, order_id: str, reason: str) -> None:
        """PricingError("17", "no price for tea") reads "order 17: no price for tea"."""
        # TODO: an exception is pickled as its class and its args. What becomes of it on its way back from a process?
        super().__init__(f"order {order_id}: {reason}")
        self.order_id = order_id
        self.reason = reason


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


def pricing_pool(catalogue: dict[str, int], workers: int) -> ProcessPoolExecutor:
    """A pool in whose processes price() works with this catalogue, under any start method.

    The catalogue is large: it is sent at most once to each process, and never with an order. Several such pools, each
    with its own catalogue, can be in use at once.
    """
    # TODO: threads share the catalogue. Processes do not.
    _catalogue.update(catalogue)
    return ThreadPoolExecutor(workers)  # type: ignore[return-value]


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
    """What becomes of fn(order), run in a pool that make_pool() makes, for each order, in the order of `orders`.

    1. At most `workers` orders are in flight: submitted, and their future not done. That many are, while enough remain
       and nothing is suspected.
    2. A pool is broken once it has raised BrokenExecutor, from submit or from a future. Nothing more is submitted to
       it; make_pool() makes the next one. If two in a row are broken before they have accepted an order, that
       BrokenExecutor leaves.
    3. When a pool breaks, the orders in flight that have no result are suspects. Each of these is run again once, alone
       in its pool; if that breaks the pool too, the order is Crashed. An order whose result has arrived, or that the
       pool did not accept, is no suspect.
    4. So fn runs at most twice for an order, and once for those that were not in flight when a pool broke.
    5. All the pools have been shut down, and waited for, when this returns or raises. ValueError if workers < 1.

    fn raises an Exception that is no BrokenExecutor, or kills its process.
    """
    # TODO: a pool of threads does not break. One of processes does, and takes along all that is submitted.
    if workers < 1:
        raise ValueError("workers must be at least 1")
    with make_pool() as pool:
        futures = [pool.submit(fn, order) for order in orders]
        return [Rejected(error) if (error := future.exception()) else Priced(future.result()) for future in futures]
