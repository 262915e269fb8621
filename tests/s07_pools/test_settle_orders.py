"""One honest outcome for each order: a price, an error, or a crash that nobody else is blamed for.

Most tests use a pool of threads that breaks as one of processes does; under `@interleave` they run again for every way
in which its threads can take turns, and time is virtual. The last ones use real processes.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle, together
from dojo.processes import started, within
from katas.s07_pools.settle_orders import (
    Crashed,
    Priced,
    PricingError,
    Rejected,
    price,
    pricing_pool,
    settle_orders,
)

Order = tuple[str, tuple[str, ...]]

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

METHODS = [method for method in ("fork", "spawn") if method in multiprocessing.get_all_start_methods()]

# --- a pool that breaks as one of processes does ------------------------------------------------------------------


class ProcessDied(BaseException):
    """What fn raises here, where in earnest it would kill its process."""


class NotedFuture(Future[Any]):
    """Tells its pool when somebody reads from it that the pool is broken."""

    def __init__(self, pool: CrashPool, order: Order) -> None:
        super().__init__()
        self.pool = pool
        self.order = order

    def exception(self, timeout: float | None = None) -> BaseException | None:
        error = super().exception(timeout)
        if isinstance(error, BrokenExecutor):
            self.pool.tell()
        return error

    def result(self, timeout: float | None = None) -> Any:
        try:
            return super().result(timeout)
        except BrokenExecutor:
            self.pool.tell()
            raise


class CrashPool(Executor):
    """When a call dies, all unfinished calls and all later submits raise BrokenExecutor."""

    def __init__(self, works: Works) -> None:
        self.works = works
        self.guard = threading.RLock()
        self.flight: list[NotedFuture] = []
        self.threads: list[threading.Thread] = []
        self.broken = self.shut = self.waited = False
        self.told: set[threading.Thread] = set()
        """Those who have seen that it is broken."""

    def tell(self) -> None:
        self.told.add(threading.current_thread())

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.works.slow_submit:
            settle()
        assert not self.shut, "an order was submitted to a pool that has been shut down"
        assert threading.current_thread() not in self.told, (
            "an order was submitted to a pool that had raised BrokenExecutor"
        )
        with self.guard:
            if self.broken:
                self.tell()
                raise BrokenExecutor("a process of the pool has died")
            future = NotedFuture(self, args[0])
            future.set_running_or_notify_cancel()
            self.works.note_submit(self, future)
            self.flight.append(future)
            thread = threading.Thread(target=self.run, args=(future, partial(fn, *args, **kwargs)))
            self.threads.append(thread)
        thread.start()
        return future

    def run(self, future: NotedFuture, call: Callable[[], Any]) -> None:
        value, error = None, None
        if self.broken:
            return
        try:
            value = call()
        except ProcessDied:
            self.crash()
            return
        except Exception as raised:
            error = raised
        with self.guard:
            if self.broken:
                return
            self.flight.remove(future)
            if error is None:
                future.set_result(value)
            else:
                future.set_exception(error)

    def crash(self) -> None:
        with self.guard:
            self.broken = True
            lost, self.flight = self.flight, []
            self.works.lost.update(future.order for future in lost)
            for future in lost:
                future.set_exception(BrokenExecutor("a process of the pool has died"))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.shut = True
        self.waited = self.waited or wait
        for thread in self.threads if wait else ():
            thread.join()


class Works:
    """Makes such pools, and watches them all. fn(order) does what the order's only article says."""

    def __init__(self, slow_submit: bool = False, broken_pools: tuple[int, ...] = ()) -> None:
        self.slow_submit = slow_submit
        """Whether between two submits everything goes as far as it can."""
        self.broken_pools = broken_pools
        self.pools: list[CrashPool] = []
        self.futures: list[NotedFuture] = []
        self.runs: Counter[Order] = Counter()
        self.accepted: Counter[Order] = Counter()
        self.lost: Counter[Order] = Counter()
        """How often a pool broke while the order was in flight."""
        self.most_in_flight = 0
        self.not_alone: list[str] = []
        self.errors: dict[Order, Exception] = {}

    def make_pool(self) -> CrashPool:
        pool = CrashPool(self)
        pool.broken = len(self.pools) in self.broken_pools
        self.pools.append(pool)
        return pool

    def note_submit(self, pool: CrashPool, future: NotedFuture) -> None:
        self.accepted[future.order] += 1
        self.futures.append(future)
        flying = [other for other in self.futures if not other.done()]
        self.most_in_flight = max(self.most_in_flight, len(flying))
        here = [other.order for other in flying if other.pool is pool]
        if len(here) > 1 and any(self.accepted[order] > 1 for order in here):
            self.not_alone.append(" and ".join(order[0] for order in here))

    def left(self) -> list[str]:
        """The pools that nobody has shut down, or waited for."""
        return [
            f"pool {number} was {'not waited for' if pool.shut else 'not shut down'}"
            for number, pool in enumerate(self.pools)
            if not pool.waited
        ]

    def fn(self, order: Order) -> int:
        self.runs[order] += 1
        number, (what,) = order
        if what == "poison":
            raise ProcessDied
        if what == "no price":
            error = (ValueError, KeyError, TimeoutError, RuntimeError)[int(number) % 4](number)
            raise self.errors.setdefault(order, error)
        return int(number)

    def expected(self, order: Order) -> Priced | Rejected | Crashed:
        number, (what,) = order
        if what == "poison":
            return Crashed()
        never_ran = ValueError(f"fn was not called for order {number}")
        return Rejected(self.errors.get(order, never_ran)) if what == "no price" else Priced(int(number))


def orders_of(whats: str) -> list[Order]:
    """One for each letter: g(ood), n(o price), p(oison)."""
    words = {"g": "good", "n": "no price", "p": "poison"}
    return [(str(number), (words[what],)) for number, what in enumerate(whats)]


def told(orders: list[Order]) -> str:
    return ", ".join(f"{number}: {what}" for number, (what,) in orders)


BATCHES = st.text("ggnp", max_size=5).map(orders_of)
WORKERS = st.integers(1, 4)

# --- the outcomes -------------------------------------------------------------------------------------------------


@settings(max_examples=6)
@given(orders=BATCHES, workers=WORKERS, slow_submit=st.booleans())
@example(orders=orders_of("gpg"), workers=1, slow_submit=False)
@example(orders=orders_of("ppgpp"), workers=3, slow_submit=False)
@example(orders=orders_of("nnnn"), workers=2, slow_submit=False)  # a RuntimeError, too: BrokenExecutor is one
@interleave(preemptions=0, schedules=1)
def test_outcomes(orders: list[Order], workers: int, slow_submit: bool) -> None:
    """An outcome is wrong, or missing, or that of another order: mostly an innocent one that is called crashed."""
    works = Works(slow_submit)
    outcomes = settle_orders(works.fn, orders, works.make_pool, workers)
    expected = [works.expected(order) for order in orders]
    assert outcomes == expected, f"{workers} workers; orders {told(orders)}; outcomes {outcomes}"


@settings(max_examples=6)
@given(orders=BATCHES, workers=WORKERS, slow_submit=st.booleans())
@example(orders=orders_of("pgg"), workers=1, slow_submit=False)
@example(orders=orders_of("gp"), workers=1, slow_submit=False)
@example(orders=orders_of("gggp"), workers=2, slow_submit=True)
@example(orders=orders_of("gpg"), workers=3, slow_submit=True)  # the first has arrived before the third is refused
@interleave(preemptions=0, schedules=1)
def test_at_most_twice(orders: list[Order], workers: int, slow_submit: bool) -> None:
    """An order was run again that nobody could suspect, or a suspect was not, or more than once."""
    works = Works(slow_submit)
    settle_orders(works.fn, orders, works.make_pool, workers)
    for order in orders:
        right = 2 if works.lost[order] else 1
        why = "in flight when a pool broke" if works.lost[order] else "never in flight when a pool broke"
        assert works.accepted[order] == right, (
            f"{workers} workers; orders {told(orders)}; order {order[0]} was {why}, and submitted "
            f"{works.accepted[order]} times instead of {right}"
        )
        assert works.runs[order] <= right


@settings(max_examples=6)
@given(orders=BATCHES, workers=WORKERS)
@example(orders=orders_of("pggg"), workers=3)
@interleave(preemptions=0, schedules=1)
def test_suspects_run_alone(orders: list[Order], workers: int) -> None:
    """A suspect was run again beside others: if that pool breaks, nobody knows who did it."""
    works = Works()
    settle_orders(works.fn, orders, works.make_pool, workers)
    assert not works.not_alone, f"{workers} workers; orders {told(orders)}; run together: {works.not_alone}"


@interleave(preemptions=0, schedules=1)
def test_equal_orders() -> None:
    """A customer ordered the same thing three times, and got one outcome for all, or some orders were never run."""
    totals = iter([30, 20, 10])
    same: Order = ("1", ("tea",))
    outcomes = settle_orders(lambda order: next(totals), [same] * 3, Works().make_pool, workers=1)
    assert sorted(outcome.total for outcome in outcomes if isinstance(outcome, Priced)) == [10, 20, 30]


# --- the window ---------------------------------------------------------------------------------------------------


@settings(max_examples=6)
@given(orders=BATCHES, workers=WORKERS)
@example(orders=orders_of("gggg"), workers=2)
@interleave(preemptions=0, schedules=1)
def test_window(orders: list[Order], workers: int) -> None:
    """More orders were in flight than there are workers: a crash makes suspects of all of them."""
    works = Works()
    settle_orders(works.fn, orders, works.make_pool, workers)
    assert works.most_in_flight <= workers, f"{works.most_in_flight} orders were in flight, workers={workers}"


@pytest.mark.parametrize("workers", [2, 3])
@interleave(schedules=2)
def test_workers_overlap(workers: int) -> None:
    """The orders run one after the other: each of these waits until all workers have one."""
    everybody = threading.Barrier(workers)

    def fn(order: Order) -> int:
        everybody.wait()
        return int(order[0])

    orders = orders_of("g" * 2 * workers)
    assert settle_orders(fn, orders, Works().make_pool, workers) == [Priced(number) for number in range(2 * workers)]


@settings(max_examples=8)
@given(count=st.integers(1, 6), workers=WORKERS)
@interleave(preemptions=0, schedules=1)
def test_as_many_in_flight_as_may_be(count: int, workers: int) -> None:
    """An order waited although a worker was free: for its batch, or for a slow one before it."""
    works, orders = Works(), orders_of("g" * count)
    gates = {order: threading.Event() for order in orders}
    begun: list[Order] = []

    def fn(order: Order) -> int:
        begun.append(order)
        gates[order].wait()
        return int(order[0])

    def open_latest_first() -> None:
        for ended in range(count):
            settle()
            expected = min(count, ended + workers)
            assert len(begun) == expected, (
                f"{count} orders, {workers} workers; {ended} have ended, and {len(begun)} have begun, not {expected}"
            )
            gates[next(order for order in reversed(begun) if not gates[order].is_set())].set()

    outcomes, _ = together(lambda: settle_orders(fn, orders, works.make_pool, workers), open_latest_first)
    assert outcomes == [Priced(number) for number in range(count)]


@interleave(preemptions=0, schedules=3)
def test_full_window_after_a_crash() -> None:
    """After a crash, when nobody is suspected any more, the others are still run one by one."""
    works, orders = Works(), orders_of("pggg")
    both = threading.Barrier(2)

    def fn(order: Order) -> int:
        time.sleep(1 if order[0] == "0" else 10)
        if order[0] in "23":
            both.wait()
        return works.fn(order)

    outcomes = settle_orders(fn, orders, works.make_pool, workers=2)
    assert outcomes == [Crashed(), Priced(1), Priced(2), Priced(3)]


@interleave(preemptions=0, schedules=3)
def test_no_suspect_no_waiting() -> None:
    """A pool did not accept an order, which made it a suspect: it was run alone, and others waited for it."""
    works, orders = Works(slow_submit=True), orders_of("pgg")
    both = threading.Barrier(2)

    def fn(order: Order) -> int:
        if order[0] in "12":
            both.wait()
        return works.fn(order)

    assert settle_orders(fn, orders, works.make_pool, workers=2) == [Crashed(), Priced(1), Priced(2)]


# --- the pools ----------------------------------------------------------------------------------------------------


@settings(max_examples=6)
@given(orders=BATCHES, workers=WORKERS, slow_submit=st.booleans())
@example(orders=orders_of("pgp"), workers=2, slow_submit=False)
@interleave(preemptions=0, schedules=1)
def test_broken_pool_is_not_reused(orders: list[Order], workers: int, slow_submit: bool) -> None:
    """An order went to a pool that was known to be broken, or a pool was not shut down, or not waited for."""
    works = Works(slow_submit)
    settle_orders(works.fn, orders, works.make_pool, workers)
    assert not works.left()


@interleave(preemptions=0, schedules=3)
def test_break_seen_by_submit() -> None:
    """The pool did not take an order, and that order was suspected, lost, or called crashed."""
    works, orders = Works(slow_submit=True), orders_of("pgg")
    assert settle_orders(works.fn, orders, works.make_pool, workers=2) == [Crashed(), Priced(1), Priced(2)]
    assert works.runs == {orders[0]: 2, orders[1]: 1, orders[2]: 1}


@interleave(preemptions=0, schedules=3)
def test_result_that_has_arrived_is_kept() -> None:
    """An order whose result was there already when the pool broke was run again, or called crashed."""
    works, orders = Works(), orders_of("gp")

    def fn(order: Order) -> int:
        time.sleep(1 + int(order[0]))
        return works.fn(order)

    assert settle_orders(fn, orders, works.make_pool, workers=2) == [Priced(0), Crashed()]
    assert works.runs == {orders[0]: 1, orders[1]: 2}


@pytest.mark.parametrize(
    ("broken", "orders", "slow_submit"),
    [
        ((0,), "gg", False),
        ((1,), "pgg", True),
        ((0, 2, 4, 6, 8), "pgg", False),
        ((2,), "pgg", False),  # a suspect, perhaps a good one, is refused
    ],
)
@interleave(schedules=1)
def test_pool_that_is_broken_from_the_start(broken: tuple[int, ...], orders: str, slow_submit: bool) -> None:
    """A pool that never took an order ended the whole batch, or one of the orders was blamed for it."""
    batch = orders_of(orders)
    for works in [Works(slow_submit, broken) for _ in range(8)]:  # who comes first in wait()'s sets may be chance
        outcomes = settle_orders(works.fn, batch, works.make_pool, workers=2)
        assert outcomes == [works.expected(order) for order in batch]
        assert not works.left()


@pytest.mark.parametrize(("broken", "orders"), [((0, 1), "gg"), ((1, 2), "pgg")])
@interleave(schedules=1)
def test_two_pools_broken_from_the_start(broken: tuple[int, ...], orders: str) -> None:
    """No pool ever works, and new ones are made for ever, or the orders are blamed, or a pool is not shut down."""
    works = Works(broken_pools=broken)
    with pytest.raises(BrokenExecutor):
        settle_orders(works.fn, orders_of(orders), works.make_pool, workers=1)
    assert len(works.pools) == broken[-1] + 1
    assert not works.left()


@interleave(schedules=2)
def test_no_further_pool() -> None:
    """make_pool failed, and its error was lost, or the pool before was not shut down."""
    works, gone = Works(), OSError("out of memory")

    def make_pool() -> Executor:
        if works.pools:
            raise gone
        return works.make_pool()

    with pytest.raises(OSError) as raised:
        settle_orders(works.fn, orders_of("pgg"), make_pool, workers=2)
    assert raised.value is gone
    assert not works.left()


@interleave(schedules=2)
def test_no_further_process() -> None:
    """A pool could not start a process for an order, and its error was lost, or the pool was not shut down."""
    works, gone = Works(), OSError("out of memory")

    def make_pool() -> Executor:
        pool = works.make_pool()
        take = pool.submit

        def submit(fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            if "2" in args[0]:
                raise gone
            return take(fn, *args, **kwargs)

        pool.submit = submit  # type: ignore[method-assign]
        return pool

    with pytest.raises(OSError) as raised:
        settle_orders(works.fn, orders_of("ggg"), make_pool, workers=2)
    assert raised.value is gone
    assert not works.left()


@interleave(schedules=2)
def test_interrupted() -> None:
    """Ctrl-C came while orders were handed out, and it was lost, or the pool was not shut down, or not waited for."""
    works, caller, interrupts = Works(), threading.current_thread(), []

    def make_pool() -> Executor:
        pool = works.make_pool()
        take = pool.submit

        def submit(fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            if "2" in args[0] and threading.current_thread() is caller:  # no other thread hears of Ctrl-C
                interrupts.append(KeyboardInterrupt())
                raise interrupts[-1]
            return take(fn, *args, **kwargs)

        pool.submit = submit  # type: ignore[method-assign]
        return pool

    heard: list[BaseException] = []
    try:
        settle_orders(works.fn, orders_of("ggg"), make_pool, workers=2)
    except KeyboardInterrupt as interrupt:
        heard.append(interrupt)
    assert heard == interrupts
    assert not works.left()


@interleave(schedules=3)
def test_no_orders() -> None:
    """A night without orders is no reason to fail, nor to leave a pool."""
    works = Works()
    assert settle_orders(works.fn, [], works.make_pool, workers=2) == []
    assert not works.left()


@pytest.mark.parametrize("workers", [0, -1])
@interleave(schedules=3)
def test_bad_workers(workers: int) -> None:
    """Without workers nothing can be settled: ValueError, also when there is nothing to settle."""
    works = Works()
    for orders in (orders_of("g"), []):
        with pytest.raises(ValueError):
            settle_orders(works.fn, orders, works.make_pool, workers)
    assert not works.left()


@pytest.mark.parametrize(("batch", "workers"), [("gpg", 2), ("pn", 2), ("gp", 1)])
@interleave(schedules=10)
def test_any_schedule(batch: str, workers: int) -> None:
    """The outcomes, or what is run again, depend on which thread had its turn when."""
    works, orders = Works(), orders_of(batch)
    outcomes = settle_orders(works.fn, orders, works.make_pool, workers)
    assert outcomes == [works.expected(order) for order in orders]
    assert works.accepted == {order: 2 if works.lost[order] else 1 for order in orders}
    assert not works.not_alone


# --- real processes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [PricingError("17", "no price for tea"), PricingError("", "")], ids=str)
def test_error_survives_pickling(error: PricingError) -> None:
    """The error cannot come back from a process: it cannot be unpickled, or has lost what it knew."""
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.order_id, copy.reason) == (PricingError, error.order_id, error.reason)
    assert str(copy) == str(error) == f"order {error.order_id}: {error.reason}"


class Watched(int):
    """A price that counts how often it is sent somewhere."""

    sent = 0

    def __reduce__(self) -> Any:
        Watched.sent += 1
        return int, (int(self),)


@pytest.mark.parametrize("start_method", METHODS, indirect=True)
def test_catalogue_travels_once_per_process(start_method: str) -> None:
    """A catalogue is sent with each order, or not to its own pool alone, or there are more processes than workers."""
    Watched.sent = 0

    def run() -> tuple[list[int], list[int]]:
        with (
            pricing_pool({"tea": Watched(3), "oil": Watched(8), "jade": Watched(9)}, 2) as shop,
            pricing_pool({"tea": Watched(5), "oil": Watched(0)}, 1) as other,
        ):
            sold = list(shop.map(price, [(str(number), ("tea",) * number) for number in range(8)]))
            with pytest.raises(PricingError):  # an article of the other pool
                other.submit(price, ("9", ("jade",))).result()
            return sold, list(other.map(price, [("8", ("tea", "oil", "tea"))]))

    with started() as processes:
        assert within(run) == ([3 * number for number in range(8)], [10])
    assert len(processes) <= 3, f"for 2 workers and 1 worker {len(processes)} processes were started"
    assert Watched.sent <= 8, f"3 prices to 2 processes, 2 to 1: prices were sent {Watched.sent} times, not at most 8"


def price_or_die(order: Order) -> int:
    """In a process of the pool."""
    if "bomb" in order[1]:
        os._exit(1)
    return price(order)


def test_real_pool() -> None:
    """With real processes an order gets another outcome than in the rehearsal, or a process is left."""
    orders: list[Order] = [("1", ("tea",)), ("2", ("oil", "silk", "jade")), ("3", ("bomb",)), ("4", ("oil", "tea"))]
    make_pool = partial(pricing_pool, {"tea": 3, "oil": 8}, 2)
    first, second, third, fourth = within(lambda: settle_orders(price_or_die, orders, make_pool, 2))
    assert (first, third, fourth) == (Priced(3), Crashed(), Priced(11))
    assert isinstance(second, Rejected), f"order 2 has an unknown article, its outcome is {second}"
    assert isinstance(second.error, PricingError)
    assert (second.error.order_id, second.error.reason) == ("2", "no price for silk")
