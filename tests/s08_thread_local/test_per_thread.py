"""Each thread has a connection of its own, and each connection is closed exactly once, whoever ends first.

Under `@interleave` a test is run again for many ways in which its threads can take turns. Threads that wait for ever
are reported at once. `settle()` returns when all other threads have gone as far as they can.
"""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from threading import Barrier, Event, Semaphore, Thread, current_thread
from time import sleep

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle, together
from katas.s08_thread_local.per_thread import PerThread


class Connection:
    """Equal to every other one and without a hash, as some drivers have it."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, number: int) -> None:
        self.number = number
        self.closed: list[None] = []

    def __eq__(self, other: object) -> bool:
        return True

    def __repr__(self) -> str:
        return f"connection {self.number}"


class Database:
    def __init__(self) -> None:
        self.opened: list[Connection] = []
        self.on_open: Callable[[], object] = lambda: None
        self.on_close: Callable[[], object] = lambda: None

    def connect(self) -> Connection:
        connection = Connection(len(self.opened) + 1)
        self.opened.append(connection)
        self.on_open()
        return connection

    def disconnect(self, connection: Connection) -> None:
        self.on_close()
        connection.closed.append(None)

    def registry(self) -> PerThread[Connection]:
        return PerThread(self.connect, self.disconnect)

    def open(self) -> list[Connection]:
        return [connection for connection in self.opened if not connection.closed]

    def check_all_closed_once(self) -> None:
        closed = {str(connection): len(connection.closed) for connection in self.opened}
        assert set(closed.values()) <= {1}, f"how often each one was closed: {closed}"


def in_a_thread(call: Callable[[], object]) -> None:
    """Run it in a thread that has finished afterwards."""
    thread = Thread(target=call, name="worker")
    thread.start()
    thread.join()


@pytest.mark.parametrize("gets", [(3,), (1, 2), (1, 1, 2)], ids=str)
@interleave(preemptions=1, schedules=6)
def test_same_thread_same_resource(gets: tuple[int, ...]) -> None:
    """A thread got another connection at its second call, or two threads got the same one."""
    database = Database()
    registry = database.registry()
    everybody_has = Barrier(len(gets))

    def user(times: int) -> Connection:
        current_thread().name = "worker"  # names are not unique
        mine = registry.get()
        everybody_has.wait()
        for _ in range(times):
            assert registry.get() is mine, "the same thread asked again and got another one"
        assert not mine.closed, "it was closed while its thread was using it"
        return mine

    came = together(*[lambda times=times: user(times) for times in gets])
    assert len({id(connection) for connection in came}) == len(gets), f"{len(gets)} threads got {came}"
    assert len(database.opened) == len(gets), f"{len(gets)} threads, opened: {database.opened}"


@pytest.mark.parametrize("resource", [None, 0, [], ValueError("not raised")], ids=["None", "0", "[]", "an error"])
@interleave
def test_anything_is_a_resource(resource: object) -> None:
    """A resource that is None or empty was taken for none: it was opened again, or never closed."""
    opened, closed = [], []

    def open_() -> object:
        opened.append(resource)
        return resource

    registry = PerThread(open_, closed.append)
    assert registry.get() is resource
    assert registry.get() is resource
    assert len(opened) == 1, f"one thread asked twice, open_ was called {len(opened)} times"
    assert registry.open_count() == 1
    registry.close()
    assert len(closed) == 1
    assert closed[0] is resource


@interleave(preemptions=0, schedules=2)
def test_none_for_two_threads() -> None:
    """open_ gave None to two threads, and that counted as one resource: each has its own, and each is closed."""
    closed: list[None] = []
    registry = PerThread(lambda: None, closed.append)
    registry.get()

    def other() -> None:
        registry.get()
        assert registry.open_count() == 2
        registry.close()

    together(other)
    assert closed == [None, None], f"open_ was called for two threads, close for {len(closed)}"


@interleave
def test_nothing_is_opened_before_it_is_needed() -> None:
    """A connection was opened although no thread had asked for one."""
    database = Database()
    registry = database.registry()
    assert registry.open_count() == 0
    registry.close()
    registry.close()
    assert not database.opened


@interleave
def test_registries_are_independent() -> None:
    """A thread used two databases, and got the connection of the wrong one, or closing one closed the other."""
    ours, theirs = Database(), Database()
    one, other = ours.registry(), theirs.registry()
    mine = one.get()
    assert other.get() is not mine
    assert (len(ours.opened), len(theirs.opened)) == (1, 1)
    one.close()
    assert theirs.open() == theirs.opened, "closing one registry closed what another one had opened"
    assert other.get() is theirs.opened[0]
    other.close()


def test_one_registry_after_the_other() -> None:
    """A new registry gave out the connection of one that is gone: the id() of objects is recycled, too."""
    for number in [1] * 20 + [20] * 5:
        database = Database()
        registries = [database.registry() for _ in range(number)]
        for count, registry in enumerate(registries, start=1):
            mine = registry.get()
            assert len(database.opened) == count, f"a new registry opened nothing, and gave out {mine!r}"
            assert mine is database.opened[-1]
            registry.close()
        del registry, registries  # and now the next ones may lie where they lay


def test_new_thread_opens_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new thread got the connection of a thread that has finished: idents and native ids are recycled."""
    monkeypatch.setattr(threading, "get_native_id", threading.get_ident)  # Linux recycles them too, but not so soon
    database, got = Database(), []
    registry = database.registry()

    def user() -> None:
        got.append(registry.get())
        assert not got[-1].closed, "a thread was given a connection that is closed already"

    for _ in range(20):
        in_a_thread(user)
    assert len({id(connection) for connection in got}) == len(got) == 20, "20 threads, one after the other"
    assert len(database.opened) == 20
    registry.close()
    database.check_all_closed_once()


STEPS = st.lists(st.sampled_from(["start", "start", "finish first", "finish last", "count"]), min_size=2, max_size=8)


@given(steps=STEPS)
@settings(max_examples=15)
@interleave(preemptions=0, schedules=1)
def test_finished_threads_do_not_pile_up(steps: list[str]) -> None:
    """Threads have finished, and their connections stay open, or those of threads that still run were closed."""
    database = Database()
    registry = database.registry()
    running: list[tuple[Thread, Event]] = []
    finished: list[Thread] = []  # somebody may keep the Thread object

    def user(has_one: Event, may_go: Event) -> None:
        mine = registry.get()
        has_one.set()
        may_go.wait()
        assert not mine.closed, "a connection was closed while its thread was running"
        assert registry.get() is mine

    def finish(place: int) -> None:
        thread, may_go = running.pop(place)
        may_go.set()
        thread.join()
        finished.append(thread)

    for step in steps:
        if step == "start":
            has_one, may_go = Event(), Event()
            running.append((Thread(target=user, args=(has_one, may_go), name="worker"), may_go))
            running[-1][0].start()
            has_one.wait()
        elif step == "count":
            count = registry.open_count()
            assert count == len(running), f"{steps}: {len(running)} threads run, open_count() returned {count}"
        elif running:
            finish(0 if step == "finish first" else -1)
        if step in ("start", "count"):
            left = len(database.open())
            assert left == len(running), f"{steps}: {len(running)} threads run, {left} connections are open"
    while running:
        finish(0)
    assert registry.open_count() == 0
    database.check_all_closed_once()


@interleave(preemptions=1, schedules=10)
def test_close_closes_every_threads() -> None:
    """close() left the connections of other threads open, or a second close() closed one again."""
    database = Database()
    registry = database.registry()
    everybody_has, all_closed = Barrier(4), Event()

    def user() -> None:
        mine = registry.get()
        everybody_has.wait()
        all_closed.wait()
        assert mine.closed
        with pytest.raises(RuntimeError):
            registry.get()

    def main() -> None:
        daemon = Thread(target=user, daemon=True)
        daemon.start()
        everybody_has.wait()
        assert registry.open_count() == 3
        registry.close()
        assert not database.open(), f"close() has returned, still open: {database.open()}"
        assert registry.open_count() == 0
        all_closed.set()
        daemon.join()

    together(user, user, main)
    registry.close()
    assert registry.open_count() == 0
    database.check_all_closed_once()


@interleave
def test_get_after_close() -> None:
    """A registry that is closed gave out a connection, an old one or a new one."""
    database = Database()
    registry = database.registry()
    registry.get()
    registry.close()
    with pytest.raises(RuntimeError):
        registry.get()

    def newcomer() -> None:
        with pytest.raises(RuntimeError):
            registry.get()

    together(newcomer)
    assert len(database.opened) == 1, "a registry that is closed opened a connection"
    database.check_all_closed_once()


FAILURES = [(OSError, 1), (OSError, 3), (RuntimeError, 2)]


@pytest.mark.parametrize(("kind", "failures"), FAILURES)
@interleave
def test_open_may_fail(kind: type[BaseException], failures: int) -> None:
    """open_ raised, and the error was eaten, or the thread can never try again, or a failure counts as open."""
    errors = [kind(number) for number in range(failures)]
    refused = iter(errors)
    closed: list[object] = []

    def open_() -> str:
        for error in refused:
            raise error
        return "link"

    registry = PerThread(open_, closed.append)
    for error in errors:
        with pytest.raises(kind) as raised:
            registry.get()
        assert raised.value is error
        assert registry.open_count() == 0
    assert registry.get() == "link"
    assert registry.open_count() == 1
    registry.close()
    assert closed == ["link"]


@interleave(preemptions=0, schedules=5)
def test_two_threads_open_at_the_same_time() -> None:
    """One thread had to wait until another one had opened its connection."""
    database, both_inside = Database(), Barrier(2)
    database.on_open = both_inside.wait
    registry = database.registry()
    together(registry.get, registry.get)
    registry.close()
    database.check_all_closed_once()


@interleave(preemptions=0, schedules=5)
def test_a_slow_open_keeps_nobody_waiting() -> None:
    """While a thread was opening its connection, others could not get or count, or it was counted already."""
    database, may_open = Database(), Event()
    registry = database.registry()
    registry.get()
    database.on_open = may_open.wait

    def other() -> None:
        settle()  # the first one is in open_
        assert len(database.opened) == 2
        assert registry.open_count() == 1, "one is open, and one is still being opened"
        database.on_open = lambda: None
        registry.get()
        may_open.set()

    together(registry.get, other)
    registry.close()
    database.check_all_closed_once()


@pytest.mark.parametrize("by", ["open_count", "get", "close"])
@interleave(preemptions=0, schedules=5)
def test_a_slow_close_keeps_nobody_waiting(by: str) -> None:
    """While a connection was being closed, others could not get or count, or their call closed nothing."""
    database, is_closing, may_close = Database(), Event(), Event()
    registry = database.registry()
    in_a_thread(registry.get)

    def slow() -> None:
        is_closing.set()
        may_close.wait()

    def other() -> None:
        is_closing.wait()
        database.on_close = lambda: None
        if by == "close":
            with pytest.raises(RuntimeError):
                registry.get()
        else:
            assert registry.get() is registry.get()
            in_a_thread(registry.get)
            registry.open_count()
            assert database.opened[-1].closed, "a thread had finished, and open_count() did not close its connection"
        registry.open_count()
        may_close.set()

    database.on_close = slow
    if database.open():
        together(getattr(registry, by), other)
    registry.close()
    database.check_all_closed_once()


@pytest.mark.parametrize("by", ["open_count", "get", "close"])
@interleave(preemptions=0, schedules=5)
def test_close_may_ask(by: str) -> None:
    """A close that asks for open_count() waits for ever, or closes itself again and again."""
    database, counts = Database(), []
    registry = database.registry()
    database.on_close = lambda: counts.append(registry.open_count())
    together(registry.get, registry.get)
    getattr(registry, by)()
    registry.close()
    assert len(counts) == len(database.opened)
    database.check_all_closed_once()


@interleave(preemptions=1, schedules=30)
def test_count_after_a_race() -> None:
    """One connection was opened while another one was closed, and from then on open_count() was wrong."""
    database, is_closing = Database(), Event()
    registry = database.registry()
    database.on_close = is_closing.set
    in_a_thread(registry.get)

    def user() -> None:
        is_closing.wait()
        registry.get()

    together(registry.open_count, user)
    count = registry.open_count()
    assert count == 0, f"all threads have finished, open_count() returned {count}"
    registry.close()
    database.check_all_closed_once()


@interleave(schedules=20)
def test_get_racing_close() -> None:
    """close() came while a thread was getting its connection: it stays open for ever, or is closed twice."""
    database = Database()
    registry = database.registry()

    def user() -> None:
        with suppress(RuntimeError):
            mine = registry.get()
            assert mine is database.opened[0]

    together(user, registry.close)
    database.check_all_closed_once()


@interleave(preemptions=1, schedules=10)
def test_close_comes_during_open() -> None:
    """close() came while a thread was in open_, and the thread was given its connection, or it was left open."""
    database, may_open = Database(), Event()
    registry = database.registry()
    database.on_open = may_open.wait
    database.on_close = registry.open_count

    def user() -> None:
        with pytest.raises(RuntimeError):
            registry.get()
        assert not database.open(), "get() has raised RuntimeError, and what it had opened is still open"

    def closer() -> None:
        settle()  # the other one is in open_
        registry.close()

    def gate() -> None:
        settle()
        settle()  # and now close() has returned, or waits
        may_open.set()

    together(user, closer, gate)
    registry.close()
    assert registry.open_count() == 0
    database.check_all_closed_once()


@interleave(preemptions=0, schedules=5)
def test_a_slow_late_close_keeps_nobody_waiting() -> None:
    """While get() was closing again what it had opened too late, others had to wait: it held a lock."""
    database, may_open, may_close = Database(), Event(), Event()
    registry = database.registry()
    database.on_open = may_open.wait
    database.on_close = may_close.wait

    def user() -> None:
        with pytest.raises(RuntimeError):
            registry.get()

    def closer() -> None:
        settle()  # the other one is in open_
        registry.close()

    def other() -> None:
        settle()
        settle()  # and now close() has returned, or waits
        may_open.set()
        settle()  # the first one is closing what it has opened
        registry.open_count()
        with pytest.raises(RuntimeError):
            registry.get()
        may_close.set()

    together(user, closer, other)
    database.check_all_closed_once()


@pytest.mark.parametrize("asks", ["open_count", "get", "close"])
@interleave(preemptions=1, schedules=24)
def test_a_thread_ends_meanwhile(asks: str) -> None:
    """A thread ended while another one was clearing up, and its connection was forgotten, or closed twice."""
    database, has_one, may_end = Database(), Event(), Event()
    registry = database.registry()

    def short() -> None:
        registry.get()
        has_one.set()
        may_end.wait()

    thread = Thread(target=short)
    thread.start()
    has_one.wait()
    may_end.set()
    getattr(registry, asks)()
    thread.join()
    registry.close()
    assert registry.open_count() == 0
    database.check_all_closed_once()


@pytest.mark.parametrize("asks", ["open_count", "get", "close"])
@interleave(schedules=20)
def test_closed_exactly_once(asks: str) -> None:
    """A thread finished while another one was clearing up: its connection was closed twice, or it was forgotten."""
    database = Database()
    registry = database.registry()

    def short() -> None:
        with suppress(RuntimeError):
            registry.get()

    def busy() -> None:
        with suppress(RuntimeError):
            getattr(registry, asks)()

    together(short, busy, registry.open_count)
    registry.close()
    database.check_all_closed_once()


@interleave(preemptions=1, schedules=8)
def test_both_closes_wait() -> None:
    """A further close() returned while the first one was still closing, or was never told that it is over."""
    database, everybody_has, may_close = Database(), Barrier(3), Semaphore(0)
    registry = database.registry()
    database.on_close = may_close.acquire

    def closer() -> None:
        registry.get()
        everybody_has.wait()
        registry.close()
        assert not database.open(), "close() has returned, and a connection is still open"

    def gate() -> None:
        settle()
        registry.open_count()  # it has nothing to close, and may wake those who wait for something else
        for _ in range(3):
            settle()
            may_close.release()

    together(closer, closer, closer, gate)
    database.check_all_closed_once()


@interleave(preemptions=1, schedules=40)
def test_two_closes_at_any_moment() -> None:
    """A close() returned because nothing was left to take, and another one had not closed yet what it had taken."""
    database = Database()
    registry = database.registry()
    registry.get()
    database.on_close = settle  # slow: the other one goes as far as it can

    def closer() -> None:
        registry.close()
        assert not database.open(), "close() has returned, and a connection is still open"

    together(closer, closer)
    database.check_all_closed_once()


@interleave(preemptions=0, schedules=3, naps=True)
def test_a_close_of_hours() -> None:
    """A further close() lost its patience: it returned while the first one, which took hours, was still closing."""
    database = Database()
    registry = database.registry()
    registry.get()
    database.on_close = lambda: sleep(10_000)  # of virtual time

    def closer() -> None:
        registry.close()
        assert not database.open(), "close() has returned, and a connection is still open"

    together(closer, closer)


@pytest.mark.parametrize("by", ["open_count", "get", "close"])
def test_no_reference_left(by: str) -> None:
    """A thread has finished and its connection is closed, but the registry still holds it."""
    registry = PerThread(lambda: Connection(0), lambda connection: None)
    left: list[weakref.ref[Connection]] = []
    for _ in range(5):
        in_a_thread(lambda: left.append(weakref.ref(registry.get())))
    getattr(registry, by)()
    gc.collect()
    held = sum(reference() is not None for reference in left)
    assert not held, f"5 threads have finished, then {by}(): {held} of their 5 connections are still in memory"
    registry.close()
