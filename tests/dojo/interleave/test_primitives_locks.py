"""Lock, RLock, Semaphore and BoundedSemaphore keep their real semantics while an exploration is under way.

Every program runs twice: in the real world, and under all its schedules. Both have to come to the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from dojo.interleave import interleave, outcomes, settle, together
from tests.dojo.interleave.telling import Twins, tell


def in_thread(call: Callable[..., Any], *args: Any) -> str:
    """The same, in a thread of its own."""
    return str(together(lambda: tell(call, *args))[0])


def make(kind: str) -> Any:
    """A primitive made where the program runs, by the name that it has there."""
    return getattr(threading, kind)()


@pytest.mark.parametrize("kind", ["Lock", "RLock"])
def test_acquire_checks_its_arguments(twins: Twins, kind: str) -> None:
    def program() -> tuple[str, ...]:
        lock = make(kind)
        told = (
            tell(lock.acquire, False, 1),
            tell(lock.acquire, True, -2),
            tell(lock.acquire, timeout=-0.5),
            tell(lock.acquire, blocking=False, timeout=0),
            tell(lock.acquire, timeout=-1),
            tell(lock.release),
        )
        return tuple(text.partition(":")[0] for text in told)  # the texts changed in 3.13

    assert twins(program) == (*["ValueError"] * 4, "True", "None")


@pytest.mark.parametrize("kind", ["Lock", "RLock"])
def test_a_timeout_that_is_too_large_is_an_error(twins: Twins, kind: str) -> None:
    def program() -> str:
        try:
            return repr(make(kind).acquire(timeout=threading.TIMEOUT_MAX * 2))
        except OverflowError:
            return "too large"

    assert twins(program) == "too large"


@pytest.mark.parametrize("kind", ["Lock", "RLock"])
def test_releasing_what_nobody_holds_is_an_error(twins: Twins, kind: str) -> None:
    def program() -> tuple[str, ...]:
        lock = make(kind)
        first = tell(lock.release)
        lock.acquire()
        lock.release()
        return first, tell(lock.release)

    assert all(text.startswith("RuntimeError") for text in twins(program))


def test_a_lock_is_taken_once(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        lock = threading.Lock()
        return (
            lock.locked(),
            lock.acquire(),
            lock.locked(),
            lock.acquire(False),
            lock.acquire(timeout=0.01),
            lock.release(),
            lock.locked(),
        )

    assert twins(program) == (False, True, True, False, False, None, False)


def test_another_thread_may_release_a_lock(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        lock = threading.Lock()
        lock.acquire()
        return in_thread(lock.release), lock.locked(), in_thread(lock.acquire), lock.locked()

    assert twins(program) == ("None", False, "True", True)


def test_a_reentrant_lock_counts_and_belongs_to_its_thread(twins: Twins) -> None:
    def program() -> tuple[str, ...]:
        lock = threading.RLock()
        with lock, lock:
            lock.acquire()
            lock.release()
            held = in_thread(lock.acquire, False), in_thread(lock.release)
        return *held, in_thread(lock.acquire, False), tell(lock.release)

    assert twins(program)[:3] == ("False", "RuntimeError: cannot release un-acquired lock", "True")


def test_a_reentrant_lock_tells_whether_it_is_held_where_python_does(twins: Twins) -> None:
    def program() -> tuple[str, ...]:
        lock = threading.RLock()
        with lock:
            held = tell(lambda: lock.locked()), in_thread(lambda: lock.locked())
        return tuple(text.partition(":")[0] for text in (*held, tell(lambda: lock.locked())))

    has_it = hasattr(threading.RLock(), "locked")  # from 3.14 on
    assert twins(program) == (("True", "True", "False") if has_it else ("AttributeError",) * 3)


def test_a_reentrant_lock_that_refuses_an_argument_is_held_as_before(twins: Twins) -> None:
    def program() -> tuple[str, ...]:
        lock = threading.RLock()
        with lock:
            refused = tell(lock.acquire, False, 1).partition(":")[0]
        return refused, tell(lock.release).partition(":")[0], in_thread(lock.acquire, False)

    assert twins(program) == ("ValueError", "RuntimeError", "True")


@pytest.mark.parametrize("kind", ["Lock", "RLock"])
def test_with_gives_true_and_releases_after_an_error(twins: Twins, kind: str) -> None:
    def program() -> tuple[Any, ...]:
        lock = make(kind)
        with lock as given:
            pass
        try:
            with lock:
                raise KeyError("inside")
        except KeyError:
            pass
        return given, in_thread(lock.acquire, False)

    assert twins(program) == (True, "True")


@pytest.mark.parametrize("kind", ["Lock", "RLock", "Semaphore"])
def test_a_timed_acquire_gives_up_where_nobody_releases(twins: Twins, kind: str) -> None:
    def program() -> tuple[Any, ...]:
        lock = make(kind)
        lock.acquire()
        return (
            in_thread(lambda: lock.acquire(timeout=0.01)),
            lock.release(),
            in_thread(lambda: lock.acquire(timeout=0.01)),
        )

    assert twins(program) == ("False", None, "True")


@pytest.mark.parametrize("kind", ["Semaphore", "BoundedSemaphore"])
def test_a_semaphore_counts_down_to_zero(twins: Twins, kind: str) -> None:
    def program() -> tuple[Any, ...]:
        permits = getattr(threading, kind)(2)
        taken = (
            permits.acquire(),
            permits.acquire(blocking=False),
            permits.acquire(blocking=False),
            permits.acquire(timeout=0.01),
        )
        permits.release(2)
        return *taken, permits.acquire(), permits.acquire()

    assert twins(program) == (True, True, False, False, True, True)


@pytest.mark.parametrize("kind", ["Semaphore", "BoundedSemaphore"])
def test_a_semaphore_checks_its_arguments(twins: Twins, kind: str) -> None:
    def program() -> tuple[str, ...]:
        permits = getattr(threading, kind)(1)
        return tell(getattr(threading, kind), -1), tell(permits.release, 0), tell(permits.acquire, False, 1)

    assert all(text.startswith("ValueError") for text in twins(program))


def test_a_bounded_semaphore_is_not_released_too_often(twins: Twins) -> None:
    def program() -> tuple[str, ...]:
        bounded, plain = threading.BoundedSemaphore(1), threading.Semaphore(1)
        return tell(bounded.release), tell(plain.release), tell(plain.acquire), tell(plain.acquire)

    assert twins(program) == ("ValueError: Semaphore released too many times", "None", "True", "True")


def test_a_semaphore_works_with_with(twins: Twins) -> None:
    def program() -> tuple[bool, bool]:
        permits = threading.Semaphore(1)
        with permits:
            inside = permits.acquire(blocking=False)
        return inside, permits.acquire(blocking=False)

    assert twins(program) == (False, True)


def test_release_wakes_as_many_as_it_says(twins: Twins) -> None:
    def program() -> int:
        permits, through = threading.Semaphore(0), []

        def pass_() -> None:
            permits.acquire()
            through.append(1)

        together(*[pass_] * 3, lambda: permits.release(3))
        return len(through)

    assert twins(program) == 3


def test_at_most_two_are_inside_a_semaphore_of_two() -> None:
    def program() -> int:
        permits, inside, most = threading.Semaphore(2), [], [0]

        def visit() -> None:
            with permits:
                inside.append(1)
                most[0] = max(most[0], len(inside))
                inside.pop()

        together(visit, visit)
        return most[0]

    assert outcomes(program).values == {1, 2}


@interleave
def test_a_waiting_thread_gets_the_lock_when_it_is_released() -> None:
    lock, order = threading.Lock(), []

    def second() -> None:
        with lock:
            order.append("second")

    lock.acquire()
    thread = threading.Thread(target=second)
    thread.start()
    settle()
    order.append("first")
    lock.release()
    thread.join()
    assert order == ["first", "second"]


@pytest.mark.parametrize("kind", ["Lock", "RLock"])
def test_who_gets_a_lock_next_is_open(kind: str) -> None:
    def program() -> str:
        lock, order = make(kind), []

        def enter(name: str) -> None:
            with lock:
                order.append(name)

        together(lambda: enter("a"), lambda: enter("b"), lambda: enter("c"))
        return "".join(order)

    found = outcomes(program)
    assert found.complete
    assert found.values == {"abc", "acb", "bac", "bca", "cab", "cba"}


@pytest.mark.parametrize("kind", ["Lock", "RLock", "Semaphore", "BoundedSemaphore"])
def test_a_timeout_of_nothing_may_find_it_taken(kind: str) -> None:
    def program() -> tuple[bool, ...]:
        lock = getattr(threading, kind)()

        def once() -> bool:
            if not lock.acquire(timeout=0):
                return False
            lock.release()
            return True

        return tuple(together(once, once))

    assert outcomes(program).values == {(True, True), (True, False), (False, True)}
