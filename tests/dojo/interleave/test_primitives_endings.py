"""How threads end: daemons, errors that nobody reads, exits, joins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest

from dojo.interleave import DeadlockError, StuckError, ThreadError, interleave, outcomes, together
from tests.dojo.interleave.telling import Twins


def run(thread: threading.Thread) -> None:
    thread.start()
    thread.join()


@interleave
def test_a_daemon_that_waits_for_ever_is_no_deadlock() -> None:
    started = threading.Event()

    def serve() -> None:
        started.set()
        threading.Event().wait()

    threading.Thread(target=serve, daemon=True).start()
    started.wait()


def test_a_thread_that_waits_for_ever_is_one() -> None:
    def program() -> None:
        threading.Thread(target=threading.Event().wait).start()

    assert [type(error) for error in outcomes(program).errors] == [StuckError]


def test_the_end_waits_for_threads_that_nobody_joins() -> None:
    done: list[int] = []
    found = outcomes(lambda: threading.Thread(target=lambda: done.append(1)).start())
    assert len(done) == found.schedules


def test_an_error_that_nobody_reads_is_found() -> None:
    found = outcomes(lambda: run(threading.Thread(target=lambda: [].pop())))
    assert [type(error) for error in found.errors] == [ThreadError]
    assert str(found.errors[0]).startswith("Thread-1 (<lambda>) died of IndexError: pop from empty list")
    assert isinstance(found.errors[0].__cause__, IndexError)


def test_a_program_may_read_them_with_an_excepthook(twins: Twins) -> None:
    def program() -> tuple[str, ...]:
        told: list[str] = []
        earlier = threading.excepthook
        threading.excepthook = lambda args: told.append(f"{args.exc_type.__name__} in {args.thread.name}")
        try:
            run(threading.Thread(target=lambda: [].pop(), name="careless"))
        finally:
            threading.excepthook = earlier
        return tuple(told)

    assert twins(program) == ("IndexError in careless",)


@pytest.mark.parametrize("code", [None, 0, 3])
def test_sys_exit_ends_only_its_thread(code: int | None) -> None:
    def program() -> str:
        def leave() -> None:
            raise SystemExit(code)

        run(threading.Thread(target=leave))
        return "goes on"

    assert outcomes(program).values == {"goes on"}


def test_two_threads_that_join_each_other_wait_in_a_circle() -> None:
    def program() -> None:
        threads: list[threading.Thread] = []
        for index in (1, 0):
            threads.append(threading.Thread(target=lambda other=index: threads[other].join()))
        for thread in threads:
            thread.start()

    assert DeadlockError in [type(error) for error in outcomes(program).errors]


def test_what_a_bound_built_in_does_is_seen() -> None:
    def program() -> str:
        said: list[str] = []
        threads = [threading.Thread(target=said.append, args=(name,)) for name in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return "".join(said)

    assert outcomes(program).values == {"ab", "ba"}


class Slot(threading.local):
    """Has no `__init__` of its own."""


class Numbered(threading.local):
    """Begins anew in each thread that uses it."""

    def __init__(self, begun: list[str]) -> None:
        begun.append("begun")


BEGUN: list[str] = []
BEGINNINGS = [Slot.__init__, Numbered.__init__]


class Tells:
    """Says under a lock that it is gone."""

    def __init__(self, lock: threading.Lock, said: list[str]) -> None:
        self.lock, self.said = lock, said

    def __del__(self) -> None:
        with self.lock:
            self.said.append("gone")


def made_at_once() -> threading.local:
    """Of a class that is defined while a schedule runs."""

    class Late(threading.local):
        def __init__(self, begun: list[str]) -> None:
            begun.append("begun")

    return Late(BEGUN)


@pytest.mark.parametrize("make", [lambda: threading.local(), Slot, partial(Numbered, BEGUN), made_at_once])
def test_what_a_thread_kept_goes_with_its_last_steps(make: Callable[[], threading.local]) -> None:
    """What goes with a thread takes a lock that another one holds: it waits for it, and the join waits for both."""

    def program() -> str:
        lock, said, kept = threading.Lock(), list[str](), make()
        BEGUN.clear()

        def keep() -> None:
            kept.tells = Tells(lock, said)

        def speak() -> None:
            with lock:
                said.append("a")
                said.append("b")

        together(keep, speak)
        assert not hasattr(kept, "tells")
        assert len(BEGUN) <= 1, "it begins in the thread that uses it, and in no other one"
        return " ".join(said)

    found = outcomes(program)
    assert (found.values, found.errors, found.complete) == ({"gone a b", "a b gone"}, [], True)
    assert [Slot.__init__, Numbered.__init__] == BEGINNINGS
    assert threading.local.__module__ == "_thread"
