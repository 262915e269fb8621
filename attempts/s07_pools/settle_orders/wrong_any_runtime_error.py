"""Takes each RuntimeError for a break, since BrokenExecutor is one: an order whose fn raises one is called crashed.

Rejected by: test_outcomes
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
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
    if workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")
    outcomes: dict[int, Priced | Rejected | Crashed] = {}
    fresh, suspects = deque(range(len(orders))), deque[int]()
    in_flight: dict[Future[int], int] = {}
    pools = _Pools(make_pool)
    try:
        while fresh or suspects or in_flight:
            alone = bool(suspects)  # then nothing is in flight: after a break all have been waited for
            queue, most = (suspects, 1) if alone else (fresh, workers)
            intact = True
            while intact and queue and len(in_flight) < most:
                if (future := pools.submit(fn, orders[queue[0]])) is None:
                    intact = False
                else:
                    in_flight[future] = queue.popleft()
            done = wait(in_flight, return_when=FIRST_COMPLETED).done
            if not intact or any(isinstance(future.exception(), RuntimeError) for future in done):
                done = wait(in_flight).done  # each has its result by now, or gets its BrokenExecutor
                pools.drop()
            for future in sorted(done, key=in_flight.__getitem__):
                index = in_flight.pop(future)
                error = future.exception()
                if isinstance(error, RuntimeError) and not alone:
                    suspects.append(index)
                else:
                    outcomes[index] = _outcome(future)
        return [outcomes[index] for index in range(len(orders))]
    finally:
        pools.drop()


def _outcome(future: Future[int]) -> Priced | Rejected | Crashed:
    error = future.exception()
    if isinstance(error, RuntimeError):
        return Crashed()
    return Priced(future.result()) if error is None else Rejected(error)


class _Pools:
    """One pool at a time. A broken one is replaced at the next order."""

    def __init__(self, make_pool: Callable[[], Executor]) -> None:
        self._make_pool = make_pool
        self._pool: Executor | None = None
        self._accepted = False
        self._stillborn = 0  # pools in a row that have accepted nothing

    def submit(self, fn: Callable[[Order], int], order: Order) -> Future[int] | None:
        """The order's future; None if the pool is broken."""
        if self._pool is None:
            self._pool, self._accepted = self._make_pool(), False
        try:
            future = self._pool.submit(fn, order)
        except RuntimeError:
            self._stillborn += not self._accepted
            if self._stillborn == 2:
                raise
            return None
        self._accepted, self._stillborn = True, 0
        return future

    def drop(self) -> None:
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None
