"""Each of some threads takes an order, submits it and waits for it; the suspects come at the end, one by one."""

from __future__ import annotations

import threading
from collections import deque
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
    if workers < 1:
        raise ValueError("workers must be at least 1")
    outcomes: dict[int, Priced | Rejected | Crashed] = {}
    lock = threading.Lock()
    fresh, suspects = deque(range(len(orders))), deque[int]()
    pools: list[Executor] = []
    failures: list[BaseException] = []
    current: Executor | None = None
    accepted, stillborn = False, 0

    def submit(index: int) -> tuple[Future[int], Executor]:
        """Under the lock."""
        nonlocal current, accepted, stillborn
        while True:
            if current is None:
                current, accepted = make_pool(), False
                pools.append(current)
            try:
                future = current.submit(fn, orders[index])
            except BrokenExecutor:
                current, stillborn = None, stillborn + (not accepted)
                if stillborn == 2:
                    raise
            else:
                accepted, stillborn = True, 0
                return future, current

    def work(queue: deque[int], second: bool) -> None:
        nonlocal current
        try:
            while True:
                with lock:
                    if failures or not queue:
                        return
                    index = queue.popleft()
                    future, pool = submit(index)
                error = future.exception()
                if isinstance(error, BrokenExecutor):
                    with lock:
                        if current is pool:
                            current = None
                        if second:
                            outcomes[index] = Crashed()
                        else:
                            suspects.append(index)
                else:
                    outcomes[index] = Priced(future.result()) if error is None else Rejected(error)
        except BaseException as failure:
            failures.append(failure)

    try:
        threads = [threading.Thread(target=work, args=(fresh, False)) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        work(suspects, second=True)
        if failures:
            raise failures[0]
        return [outcomes[index] for index in range(len(orders))]
    finally:
        for pool in pools:
            pool.shutdown()
