"""Makes the next pool whenever nothing is in flight, and one for each suspect; callbacks fill a queue."""

from __future__ import annotations

import queue
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from dataclasses import dataclass

class PricingError(Exception):
    def __init__(self, order_id, reason):
        super().__init__(f"order {order_id}: {reason}")
        self.order_id = order_id
        self.reason = reason

    def __reduce__(self):
        return PricingError, (self.order_id, self.reason)

@dataclass(frozen=True)
class Priced:
    total: int

@dataclass(frozen=True)
class Rejected:
    error: Exception

@dataclass(frozen=True)
class Crashed:
    pass

_catalogue = {}

def _init(catalogue):
    global _catalogue
    _catalogue = catalogue

def pricing_pool(catalogue, workers):
    return ProcessPoolExecutor(max_workers=workers, initializer=_init, initargs=(catalogue,))

def price(order):
    order_id, articles = order
    total = 0
    for a in articles:
        if a not in _catalogue:
            raise PricingError(order_id, f"no price for {a}")
        total += _catalogue[a]
    return total

def settle_orders(fn, orders, make_pool, workers):
    if workers < 1:
        raise ValueError(workers)
    results = {}
    remaining = list(range(len(orders)))[::-1]
    duds = 0

    def fresh(i):
        """A pool that has accepted order i."""
        nonlocal duds
        while True:
            pool = make_pool()
            try:
                f = pool.submit(fn, orders[i])
                duds = 0
                return pool, f
            except BrokenExecutor:
                pool.shutdown()
                duds += 1
                if duds >= 2:
                    raise
            except BaseException:
                pool.shutdown()
                raise

    def note(i, f):
        try:
            results[i] = Priced(f.result())
        except BrokenExecutor:
            return False
        except Exception as e:
            results[i] = Rejected(e)
        return True

    while remaining:
        done = queue.SimpleQueue()
        first = remaining[-1]
        pool, f = fresh(first)
        remaining.pop()
        flying = {f: first}
        f.add_done_callback(done.put)
        suspects = []
        try:
            broken = False
            while flying:
                while remaining and len(flying) < workers and not broken and done.empty():
                    try:
                        f = pool.submit(fn, orders[remaining[-1]])
                    except BrokenExecutor:
                        broken = True
                    else:
                        flying[f] = remaining.pop()
                        f.add_done_callback(done.put)
                f = done.get()
                i = flying.pop(f)
                if not note(i, f):
                    broken = True
                    suspects.append(i)
        finally:
            pool.shutdown()
        for i in suspects:
            pool, f = fresh(i)
            try:
                if not note(i, f):
                    results[i] = Crashed()
            finally:
                pool.shutdown()
    return [results[i] for i in range(len(orders))]
