"""Few connections, many threads: never too many open, each lent to one caller, and no place is ever lost.

Under `@interleave` a test is run again for many ways in which its threads can take turns. Threads that wait
for ever are reported at once, and time costs nothing.
"""

from __future__ import annotations

import gc
import time
import weakref
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from random import Random
from threading import Barrier, Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, together
from katas.s13_advanced_sync.connection_pool import ConnectionPool, PoolTimeout


class QueryFailed(Exception):
    """What a block raises."""


class Refused(Exception):
    """What connect() raises."""


def new(error: type[BaseException]) -> BaseException:
    """One of this kind, whatever arguments an answer's own kind of error may ask for."""
    return error.__new__(error)


class Link:
    """A connection of the database below."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.users: list[None] = []

    def close(self) -> None:
        assert self in self.database.links, "a connection was closed twice"
        self.database.on_close()
        self.database.links.remove(self)


class Database:
    """Accepts `size` connections and complains about one more. The connects with these numbers fail."""

    def __init__(self, size: int, refused: frozenset[int] = frozenset()) -> None:
        self.size = size
        self.refused = refused
        self.refusal: type[BaseException] = Refused
        self.refusals: list[BaseException] = []
        self.links: list[Link] = []  # open now, or being opened
        self.connects: list[None] = []
        self.on_connect: Callable[[], object] = lambda: None
        self.on_close: Callable[[], object] = lambda: None

    def connect(self) -> Link:
        self.connects.append(None)
        number = len(self.connects)
        link = Link(self)
        self.links.append(link)
        assert len(self.links) <= self.size, f"connection {len(self.links)} was opened, {self.size} are allowed"
        self.on_connect()
        if number in self.refused:
            self.links.remove(link)
            refusal = new(self.refusal)
            self.refusals.append(refusal)
            raise refusal
        return link

    def pool(self) -> ConnectionPool[Link]:
        return ConnectionPool(self.connect, self.size)


def query(pool: ConnectionPool[Link], timeout: float | None = None, fails: bool = False) -> None:
    """Use a connection, and look whether somebody else does."""
    with pool.lease(timeout) as link:
        link.users.append(None)
        assert link in link.database.links, "a connection was lent that is closed"
        assert len(link.users) == 1, "one connection was lent to two threads at the same time"
        if fails:
            link.users.pop()
            raise QueryFailed
        assert len(link.users) == 1, "one connection was lent to two threads at the same time"
        link.users.pop()


def every_place_is_there(pool: ConnectionPool[Link], database: Database) -> None:
    """All places can be had at once, without waiting, and not one more."""
    with ExitStack() as stack:
        links = []
        for number in range(1, database.size + 1):
            try:
                links.append(stack.enter_context(pool.lease(0)))
            except PoolTimeout:
                pytest.fail(f"nobody uses the pool, and lease {number} of {database.size} finds no place: one is lost")
        assert len({id(link) for link in links}) == database.size, "two leases got the same connection"
        assert pool.open == database.size
        with pytest.raises(PoolTimeout), pool.lease(0):
            pytest.fail(f"{database.size} connections are lent out, and one more was lent")


@interleave
def test_a_connection_is_used_again() -> None:
    """Connections are opened before they are needed, or although an idle one is there."""
    database = Database(2)
    pool = database.pool()
    assert not database.connects, "the pool opened a connection that nobody asked for yet"
    assert pool.open == 0
    for _ in range(3):
        with pool.lease() as link:
            assert pool.open == 1
            assert database.links == [link]
    assert pool.open == 1, "an idle connection stays open"
    with pool.lease() as one, pool.lease() as other:
        assert one is not other, "a connection that is lent already was lent again"
        assert pool.open == 2
    for _ in range(3):
        with pool.lease() as one, pool.lease() as other:
            assert one is not other
    assert len(database.connects) == 2, "two places, and no block failed: two connections are enough"
    assert pool.open == 2


@interleave
def test_nothing_is_taken_before_the_block() -> None:
    """lease() alone took a place, opened a connection or waited: a lease whose block is never entered costs a place."""
    database = Database(1)
    pool = database.pool()
    unused = [pool.lease(), pool.lease(0)]
    assert (pool.open, database.connects) == (0, [])
    query(pool, 0)
    with pool.lease():
        unused += [pool.lease(), pool.lease(0)]
    every_place_is_there(pool, database)


ENDINGS = [KeyboardInterrupt, SystemExit, GeneratorExit, StopIteration]
ERRORS = [QueryFailed, ConnectionError, TimeoutError, PoolTimeout, *ENDINGS]


@pytest.mark.parametrize("error", ERRORS)
@interleave
def test_a_failed_block_costs_the_connection_only(error: type[BaseException]) -> None:
    """A connection whose block failed was lent again or left open, its place is lost, or the error was eaten."""
    database = Database(1)
    pool = database.pool()
    raised = new(error)
    with pytest.raises(error) as caught, pool.lease() as broken:
        raise raised
    assert caught.value is raised, "the very exception that the block raised goes on"
    assert not database.links, "the connection of a failed block is closed"
    assert pool.open == 0
    with pool.lease(0) as link:
        assert link is not broken
        assert pool.open == 1
    every_place_is_there(pool, database)


def test_a_closed_connection_is_let_go() -> None:
    """A connection whose block failed is kept in memory by the pool: with each failure there are more."""
    database = Database(1)
    pool = database.pool()

    def fail() -> weakref.ref[Link]:
        with pytest.raises(QueryFailed), pool.lease() as link:
            seen = weakref.ref(link)
            raise QueryFailed
        return seen

    links = [fail() for _ in range(3)]
    query(pool)
    gc.collect()
    kept = sum(link() is not None for link in links)
    assert not kept, f"the blocks of 3 connections failed, and {kept} of these connections are still in memory"


@interleave
def test_an_error_from_before_the_block() -> None:
    """A query in an `except` block went well, and its connection was closed: the error handled there is not its own."""
    database = Database(1)
    pool = database.pool()
    try:
        raise QueryFailed("an earlier one")
    except QueryFailed:
        with pool.lease() as link:
            pass
    assert database.links == [link], "the block ended normally: its connection stays open"
    every_place_is_there(pool, database)
    assert len(database.connects) == 1


REFUSALS = [Refused, ConnectionRefusedError, TimeoutError, PoolTimeout]


@pytest.mark.parametrize("refusal", REFUSALS)
@interleave
def test_a_failed_connect_costs_nothing(refusal: type[BaseException]) -> None:
    """connect() failed, and its place is lost, it counts as open, or the error was eaten."""
    database = Database(1, refused=frozenset({1, 2}))
    database.refusal = refusal
    pool = database.pool()
    for number in (1, 2):
        with pytest.raises(refusal) as caught, pool.lease():
            pytest.fail("a block was entered without a connection")
        assert database.refusals[number - 1] is caught.value, "the very exception that connect() raised goes on"
        assert pool.open == 0, f"connect() raised {refusal.__name__}, nothing else is open, and open is {pool.open}"
    every_place_is_there(pool, database)


@interleave
def test_bad_arguments() -> None:
    """A pool of no places, or a timeout below zero, was not refused."""
    database = Database(1)
    for size in (0, -1):
        with pytest.raises(ValueError):
            ConnectionPool(database.connect, size)
    pool = database.pool()
    with pytest.raises(ValueError), pool.lease(-1):
        pytest.fail("a timeout of -1 was accepted")
    every_place_is_there(pool, database)
    with pool.lease():
        for timeout in (-1, -0.001):
            with pytest.raises(ValueError), pool.lease(timeout):
                pytest.fail(f"a timeout of {timeout} was accepted")


@interleave
def test_connections_of_any_kind() -> None:
    """A connection that counts as false was taken for none, or two that are equal for one and the same."""

    class Results:
        """A connection that is as long as the results it has: empty, so far."""

        def __len__(self) -> int:
            return 0

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Results)

        def close(self) -> None:
            closed.append(self)

    closed: list[Results] = []
    connects: list[Results] = []

    def connect() -> Results:
        connects.append(Results())
        return connects[-1]

    pool = ConnectionPool(connect, 2)
    for _ in range(3):
        with pool.lease() as connection:
            assert connection is connects[0]
    assert pool.open == len(connects) == 1
    for _ in range(2):
        with pool.lease() as one, pool.lease() as other:
            assert one is not other, "a connection that is lent already was lent again"
            assert pool.open == len(connects) == 2
    assert not closed, "no block has failed"
    with pytest.raises(QueryFailed), pool.lease(), pool.lease() as failed:
        raise QueryFailed
    assert [id(one) for one in closed[:1]] == [id(failed)], "the block failed, and its connection is still open"
    assert (len(closed), pool.open) == (2, 0), "two blocks failed: none of the two connections is open"


@interleave
def test_never_shared_with_one_place() -> None:
    """Two threads got the same connection, or a second one was opened, or somebody waits for ever."""
    database = Database(1)
    pool = database.pool()
    together(*[partial(query, pool)] * 2)
    assert len(database.connects) == 1, "the one connection was idle or lent, and another one was opened"
    every_place_is_there(pool, database)


@interleave(schedules=80)
def test_never_shared_with_two_places() -> None:
    """Three threads on two places: one connection was lent twice, too many were opened, or somebody hangs."""
    database = Database(2)
    pool = database.pool()
    together(*[partial(query, pool)] * 3)
    assert len(database.connects) <= 2
    assert pool.open == len(database.links)
    every_place_is_there(pool, database)


@interleave
def test_two_take_one_idle_connection() -> None:
    """One connection was idle, two threads asked at the same time, and both were given that one, or one an error."""
    database = Database(2)
    pool = database.pool()
    query(pool)  # leaves one idle
    together(*[partial(query, pool)] * 2)
    every_place_is_there(pool, database)


@interleave
def test_open_is_of_one_moment() -> None:
    """A connection went from idle to lent and back, and meanwhile open counted it twice or not at all."""
    database = Database(2)
    pool = database.pool()
    query(pool)  # leaves one idle
    _, seen = together(partial(query, pool), lambda: pool.open)
    assert seen == 1, f"one connection was open all the time, and open was {seen}"


def refused_or_not(call: Callable[[], None]) -> type[Exception] | None:
    """Which of the expected errors call() ends with, if any."""
    expected = (QueryFailed, Refused, PoolTimeout)
    try:
        call()
    except expected as error:
        return next(kind for kind in expected if isinstance(error, kind))
    return None


LEASES = st.tuples(st.sampled_from([None, None, 0, 1]), st.booleans())  # timeout, does the block fail?


@given(
    size=st.integers(1, 2),
    threads=st.lists(st.lists(LEASES, min_size=1, max_size=2), min_size=2, max_size=3),
    refused=st.frozensets(st.integers(1, 3), max_size=2),
)
@settings(max_examples=15)
@interleave(timeouts=True, schedules=8)
def test_no_place_is_ever_lost(
    size: int, threads: list[list[tuple[float | None, bool]]], refused: frozenset[int]
) -> None:
    """After some failures and timeouts a place is missing, a thread waits for ever, or a connection was left open."""
    database = Database(size, refused)
    pool = database.pool()

    def customer(leases: list[tuple[float | None, bool]]) -> None:
        for timeout, fails in leases:
            refused_or_not(partial(query, pool, timeout, fails))

    together(*(partial(customer, leases) for leases in threads))
    assert pool.open == len(database.links), "open counts the idle connections, and no other exists now"
    database.refused = frozenset()
    every_place_is_there(pool, database)


@pytest.mark.parametrize("fails", ["query", "connect"])
@interleave
def test_a_failure_lets_the_next_one_in(fails: str) -> None:
    """Somebody waited for a place, the one who had it failed, and the waiting one was not let in."""
    database = Database(1, refused=frozenset({1} if fails == "connect" else ()))
    pool = database.pool()
    call = partial(query, pool, None, fails == "query")
    errors = together(partial(refused_or_not, call), partial(refused_or_not, call))
    assert set(errors) == ({QueryFailed} if fails == "query" else {Refused, None})
    every_place_is_there(pool, database)


@interleave
def test_open_is_never_more_than_size() -> None:
    """A connection was closed, its place was lent again, and open still counted it."""
    database = Database(1)
    pool = database.pool()

    def look() -> int:
        with pool.lease():
            return pool.open

    _, seen = together(partial(refused_or_not, partial(query, pool, fails=True)), look)
    assert seen == 1, f"the only place is lent, and open is {seen}"


@pytest.mark.parametrize("fail", [False, True])
@interleave(preemptions=0, schedules=10)
def test_two_free_at_once_for_two_who_wait(fail: bool) -> None:
    """Two wait, two connections come back one right after the other, and only one of the two who wait is woken."""
    database = Database(2)
    pool = database.pool()

    def holder() -> None:
        with ExitStack() as both:
            both.enter_context(pool.lease())
            both.enter_context(pool.lease())
            time.sleep(2)
            if fail:
                raise QueryFailed

    def waiting() -> None:
        time.sleep(1)
        query(pool)

    together(partial(refused_or_not, holder), waiting, waiting)
    every_place_is_there(pool, database)


@interleave(timeouts=True)
def test_giving_up_wakes_the_next_one() -> None:
    """A place became free, the one who was woken for it had lost patience, and the other still waits."""
    database = Database(1)
    pool = database.pool()
    together(partial(query, pool), partial(refused_or_not, partial(query, pool, 1)), partial(query, pool))
    every_place_is_there(pool, database)


@pytest.mark.parametrize("held", [3, 7])
@interleave(preemptions=0, schedules=20)
def test_waits_and_times_out(held: float) -> None:
    """A caller gave up too early or too late, or went on waiting although a connection was free."""
    database = Database(1)
    pool = database.pool()
    lent = Event()

    def holder() -> None:
        with pool.lease():
            lent.set()
            time.sleep(held)

    def waiting() -> float:
        lent.wait()
        start = time.monotonic()
        if held < 5:
            query(pool, 5)
        else:
            with pytest.raises(PoolTimeout), pool.lease(5):
                raise AssertionError(f"lent for {held} s, and lease(5) waited until it got the connection")
        return time.monotonic() - start

    _, waited = together(holder, waiting)
    assert waited == pytest.approx(min(held, 5), abs=0.5), f"held for {held} s, lease(5) waited for {waited:.2f} s"
    every_place_is_there(pool, database)


@interleave(preemptions=0)
def test_the_timeout_is_for_the_whole_wait() -> None:
    """Whoever is woken and finds the connection gone again gives up at once, or waits for another whole timeout."""
    database = Database(1)
    pool = database.pool()
    lent = Event()

    def greedy() -> None:
        for _ in range(4):
            with pool.lease():
                lent.set()
                time.sleep(3)

    def waiting() -> tuple[type[Exception] | None, float]:
        lent.wait()
        start = time.monotonic()
        error = refused_or_not(partial(query, pool, 5))
        return error, time.monotonic() - start

    _, (error, waited) = together(greedy, waiting)
    assert waited <= 5.5, f"lease(5) waited for {waited:.2f} s"
    assert error is None or waited >= 4.5, f"lease(5) gave up after {waited:.2f} s"


@interleave
def test_zero_does_not_wait() -> None:
    """lease(0) waited although all connections were lent, or gave up although a place was free."""
    database = Database(1)
    database.on_connect = partial(time.sleep, 2)  # connecting takes time, but it is no waiting for a place
    pool = database.pool()
    query(pool, 0)
    with pool.lease(0):
        start = time.monotonic()
        (error,) = together(partial(refused_or_not, partial(query, pool, 0)))
        assert error is PoolTimeout
        assert time.monotonic() == start, f"lease(0) waited for {time.monotonic() - start:.2f} s"
    query(pool, 0)


@interleave(preemptions=0, schedules=10)
def test_patience_is_ones_own() -> None:
    """One waits for ever, and a caller behind it waits longer than its own timeout: it has to queue before it waits."""
    database = Database(1)
    pool = database.pool()

    def holder() -> None:
        with pool.lease():
            time.sleep(9)

    def patient() -> None:
        time.sleep(1)
        query(pool)

    def hasty(timeout: float) -> None:
        time.sleep(2)
        start = time.monotonic()
        with pytest.raises(PoolTimeout), pool.lease(timeout):
            raise AssertionError(f"lease({timeout}) waited for {time.monotonic() - start:.2f} s behind another caller")
        waited = time.monotonic() - start
        assert waited == pytest.approx(timeout, abs=0.5), f"lease({timeout}) gave up after {waited:.2f} s"

    together(holder, patient, partial(hasty, 0), partial(hasty, 3))
    every_place_is_there(pool, database)


@interleave(schedules=60)
def test_two_fail_at_the_same_time() -> None:
    """Two connections failed at the same time, and one of them is still counted."""
    database = Database(2)
    pool = database.pool()

    def fail() -> None:
        with pytest.raises(QueryFailed):
            query(pool, fails=True)

    together(fail, fail)
    assert (pool.open, database.links) == (0, [])


@interleave(schedules=30)
def test_two_connects_at_the_same_time() -> None:
    """Two threads have to open a connection, and the second one waits until the first one has its own."""
    both_connecting = Barrier(2)
    database = Database(2)
    database.on_connect = both_connecting.wait
    together(*[partial(query, database.pool())] * 2)


@interleave(schedules=30)
def test_two_closes_at_the_same_time() -> None:
    """Two blocks failed, and the second one cannot close its connection until the first one has closed its own."""
    both_lent, both_closing = Barrier(2), Barrier(2)
    database = Database(2)
    database.on_close = both_closing.wait
    pool = database.pool()

    def fail() -> None:
        with pytest.raises(QueryFailed), pool.lease():
            both_lent.wait()
            raise QueryFailed

    together(fail, fail)


@pytest.mark.parametrize("slow", ["connect", "close"])
@interleave
def test_the_pool_is_usable_meanwhile(slow: str) -> None:
    """Somebody connects or closes, which may take long, and meanwhile the pool is locked for all others."""
    database = Database(2)
    pool = database.pool()

    def others() -> None:
        """Runs inside connect() or close()."""
        database.on_connect = database.on_close = lambda: None
        together(partial(query, pool, 0), lambda: pool.open)
        if slow == "connect":
            assert pool.open == 2, "one is idle, one is being opened"

    if slow == "connect":
        database.on_connect = others
        query(pool)
    else:
        query(pool)
        database.on_close = others
        with pytest.raises(QueryFailed):
            query(pool, fails=True)
    every_place_is_there(pool, database)


@pytest.mark.timeout(10)
def test_rush_hour() -> None:
    """Eight threads that really ran at once lost a place or shared a connection. (Green alone proves little.)"""
    database = Database(3)
    pool = database.pool()
    doors_open = Barrier(8)

    def customer(seed: int) -> None:
        draw = Random(seed)
        doors_open.wait()
        for _ in range(25):
            refused_or_not(partial(query, pool, draw.choice([None, 0, 0.001]), draw.random() < 0.2))

    together(*(partial(customer, seed) for seed in range(8)))
    every_place_is_there(pool, database)
