"""Two pools at once: a quarantine, in which one suspect after the other is alone, beside the pool of the fresh ones."""

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
    if workers < 1:
        raise ValueError("workers must be at least 1")
    outcomes: list[Priced | Rejected | Crashed] = [Crashed()] * len(orders)
    fresh, suspects = deque(range(len(orders))), deque[int]()
    shop, ward = _Ward(fn, orders, make_pool), _Ward(fn, orders, make_pool)
    unlucky = 0

    def hand_out(where: _Ward, line: deque[int]) -> bool:
        """The first in line. Whether the pool took it."""
        nonlocal unlucky
        try:
            where.submit(line[0])
        except BrokenExecutor:
            if not where.accepted:
                unlucky += 1
                if unlucky == 2:
                    raise
            return False
        unlucky = 0
        line.popleft()
        return True

    def collect(where: _Ward, done: set[Future[int]]) -> list[int]:
        """Notes their outcomes. Those that have none."""
        lost = []
        for future in done:
            index = where.flying.pop(future)
            error = future.exception()
            if isinstance(error, BrokenExecutor):
                lost.append(index)
            else:
                outcomes[index] = Priced(future.result()) if error is None else Rejected(error)
        return lost

    try:
        while fresh or suspects or shop.flying or ward.flying:
            intact = True
            while fresh and intact and len(shop.flying) + len(ward.flying) < workers:
                intact = hand_out(shop, fresh)
            if suspects and not ward.flying and len(shop.flying) < workers and not hand_out(ward, suspects):
                ward.close()
            done = set() if not intact else wait([*shop.flying, *ward.flying], return_when=FIRST_COMPLETED).done
            if collect(ward, done & ward.flying.keys()):  # its outcome is Crashed already
                ward.close()
            lost = collect(shop, done & shop.flying.keys())
            if lost or not intact:
                suspects.extend(lost + collect(shop, wait(shop.flying).done))
                shop.close()
        return outcomes
    finally:
        try:
            shop.close()
        finally:
            ward.close()


class _Ward:
    """A pool, made when it is needed, and what is in flight there."""

    def __init__(
        self, fn: Callable[[Order], int], orders: Sequence[Order], make_pool: Callable[[], Executor]
    ) -> None:
        self.fn, self.orders, self.make_pool = fn, orders, make_pool
        self.pool: Executor | None = None
        self.accepted = False
        self.flying: dict[Future[int], int] = {}

    def submit(self, index: int) -> None:
        if self.pool is None:
            self.pool, self.accepted = self.make_pool(), False
        self.flying[self.pool.submit(self.fn, self.orders[index])] = index
        self.accepted = True

    def close(self) -> None:
        if self.pool is not None:
            self.pool.shutdown()
            self.pool = None
