"""Tells the pools to end, and does not wait until they have.

Rejected by: test_broken_pool_is_not_reused, test_no_further_process
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, ProcessPoolExecutor, wait
from dataclasses import dataclass

Order = tuple[str, tuple[str, ...]]


class PricingError(Exception):
    def __init__(self, order_id: str, reason: str) -> None:
        super().__init__(order_id, reason)
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


def _load(catalogue):
    global _catalogue
    _catalogue = catalogue


def pricing_pool(catalogue: dict[str, int], workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, initializer=_load, initargs=(catalogue,))


def price(order: Order) -> int:
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
    outcomes = [None] * len(orders)
    todo = deque(range(len(orders)))
    suspects = deque()
    refused = 0

    def outcome(future):
        """Priced, Rejected, or None if the pool broke."""
        error = future.exception()
        if error is None:
            return Priced(future.result())
        if isinstance(error, BrokenExecutor):
            return None
        return Rejected(error)

    while todo or suspects:
        alone = bool(suspects)
        source, limit = (suspects, 1) if alone else (todo, workers)
        accepted = False
        broken = None
        pool = make_pool()
        flying = {}
        try:
            while broken is None and (flying or (source and (not alone or not accepted))):
                while source and len(flying) < limit and broken is None and not (alone and accepted):
                    try:
                        future = pool.submit(fn, orders[source[0]])
                    except BrokenExecutor as error:
                        broken = error
                    else:
                        flying[future] = source.popleft()
                        accepted = True
                if broken is not None or not flying:
                    break
                done, _ = wait(flying, return_when=FIRST_COMPLETED)
                for future in done:
                    result = outcome(future)
                    if result is None:
                        broken = future.exception()
                    else:
                        outcomes[flying.pop(future)] = result
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        lost = []
        for future, index in flying.items():
            result = outcome(future) if future.done() and not future.cancelled() else None
            if result is not None:
                outcomes[index] = result
            elif alone:
                outcomes[index] = Crashed()
            else:
                lost.append(index)
        suspects.extend(sorted(lost))
        if accepted:
            refused = 0
        elif broken is not None:
            refused += 1
            if refused == 2:
                raise broken
    return outcomes
