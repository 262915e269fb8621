"""Condition, Event, Barrier and Timer keep their real semantics while an exploration is under way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from dojo.interleave import StuckError, interleave, outcomes, settle, together

Twins = Callable[[Callable[[], Any]], Any]


def tell(call: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """What a call returns or raises, as text."""
    try:
        return repr(call(*args, **kwargs))
    except (RuntimeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


# --- Condition ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", ["Lock", "RLock"])
def test_a_condition_is_used_with_its_lock_held(twins: Twins, lock: str) -> None:
    def program() -> tuple[str, ...]:
        condition = threading.Condition(getattr(threading, lock)())
        return tell(condition.wait), tell(condition.notify), tell(condition.notify_all), tell(condition.release)

    told = twins(program)
    assert told[:2] == (
        "RuntimeError: cannot wait on un-acquired lock",
        "RuntimeError: cannot notify on un-acquired lock",
    )


def test_the_lock_of_another_thread_is_not_mine(twins: Twins) -> None:
    def program() -> Any:
        condition = threading.Condition()
        with condition:
            return together(lambda: (tell(condition.wait), tell(condition.notify), tell(condition.release)))[0]

    assert twins(program)[2] == "RuntimeError: cannot release un-acquired lock"


@pytest.mark.parametrize("lock", ["Lock", "RLock"])
def test_two_conditions_share_a_foreign_lock(twins: Twins, lock: str) -> None:
    def program() -> tuple[Any, ...]:
        shared = getattr(threading, lock)()
        full, empty = threading.Condition(shared), threading.Condition(shared)
        items: list[int] = []

        def put() -> None:
            for number in range(2):
                with full:
                    full.wait_for(lambda: not items)
                    items.append(number)
                    empty.notify()

        def get() -> list[int]:
            got = []
            for _ in range(2):
                with shared:
                    while not items:
                        empty.wait()
                    got.append(items.pop())
                    full.notify()
            return got

        return tuple(together(put, get)[1])

    assert twins(program) == (0, 1)


def test_wait_gives_back_every_level_of_a_reentrant_lock(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        condition, ready = threading.Condition(), []

        def wait() -> bool:
            with condition, condition:
                return bool(condition.wait_for(lambda: bool(ready)))

        def notify() -> str:
            with condition:
                ready.append(1)
                condition.notify()
            return "notified"

        return *together(wait, notify), tell(condition.release)

    assert twins(program) == (True, "notified", "RuntimeError: cannot release un-acquired lock")


def test_a_wait_that_expires_returns_false_and_holds_the_lock(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        condition = threading.Condition()
        with condition:
            waited = (
                condition.wait(0.01),
                condition.wait(0),
                condition.wait_for(lambda: 0, 0.01),
                condition.wait_for(lambda: "yes"),
            )
            return *waited, tell(condition.notify)

    assert twins(program) == (False, False, 0, "yes", "None")


@pytest.mark.parametrize("wake", [0, 1, 2, 3])
def test_notify_wakes_as_many_as_it_says(wake: int) -> None:
    @interleave(preemptions=0)
    def program() -> None:
        condition, awake = threading.Condition(), []

        def wait() -> None:
            with condition:
                condition.wait()
                awake.append(1)

        threads = [threading.Thread(target=wait) for _ in range(3)]
        for thread in threads:
            thread.start()
        settle()
        with condition:
            condition.notify(wake)
        settle()
        assert len(awake) == wake
        with condition:
            condition.notify_all()
        for thread in threads:
            thread.join()
        assert len(awake) == 3

    program()


def test_a_notification_that_comes_first_is_lost() -> None:
    def program() -> None:
        condition = threading.Condition()

        def wait() -> None:
            with condition:
                condition.wait()

        def notify() -> None:
            with condition:
                condition.notify()

        together(wait, notify)

    found = outcomes(program)
    assert found.values == {None}
    assert [type(error) for error in found.errors] == [StuckError]


# --- Event --------------------------------------------------------------------------------------------------------


def test_an_event_is_set_cleared_and_waited_for(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        event = threading.Event()
        before = event.is_set(), event.wait(0.01), event.set(), event.is_set(), event.wait(), event.wait(0)
        return *before, event.clear(), event.is_set(), event.wait(timeout=0)

    assert twins(program) == (False, False, None, True, True, True, None, False, False)


def test_an_event_lets_everybody_through(twins: Twins) -> None:
    def program() -> list[Any]:
        event = threading.Event()
        return repr(together(event.wait, event.wait, event.set, event.wait))

    assert twins(program) == "[True, True, None, True]"


# --- Barrier ------------------------------------------------------------------------------------------------------


def test_a_barrier_lets_all_go_at_once_again_and_again(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        acted: list[int] = []
        barrier = threading.Barrier(2, action=lambda: acted.append(1))

        def meet() -> list[int]:
            return [barrier.wait(), barrier.wait()]

        first, second = together(meet, meet)
        return (
            [sorted(pair) for pair in zip(first, second, strict=True)] == [[0, 1]] * 2,
            len(acted),
            barrier.n_waiting,
            barrier.broken,
        )

    assert twins(program) == (True, 2, 0, False)


def test_nobody_passes_a_barrier_alone() -> None:
    @interleave(preemptions=1)
    def program() -> None:
        barrier, came, passed = threading.Barrier(2), [], []

        def meet() -> None:
            came.append(1)
            barrier.wait()
            assert len(came) == 2
            passed.append(1)

        together(meet, meet)
        assert len(passed) == 2

    program()


@pytest.mark.parametrize("breaking", ["abort", "reset"])
def test_breaking_a_barrier_wakes_who_waits(breaking: str) -> None:
    @interleave(preemptions=0)
    def program() -> None:
        barrier = threading.Barrier(2)
        told: list[str] = []
        thread = threading.Thread(target=lambda: told.append(tell(barrier.wait)))
        thread.start()
        settle()
        assert barrier.n_waiting == 1
        getattr(barrier, breaking)()
        thread.join()
        assert told == ["BrokenBarrierError: "]
        assert barrier.broken is (breaking == "abort")

    program()


def test_a_barrier_breaks_by_timeout_and_by_its_action(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        lonely = threading.Barrier(2, timeout=0.01)
        told = (
            tell(lonely.wait),
            lonely.broken,
            tell(lonely.wait),
            lonely.reset(),
            lonely.broken,
            tell(lonely.wait, 0.02),
        )
        failing = threading.Barrier(1, action=lambda: [].pop(0))
        try:
            failing.wait()
        except IndexError as error:
            return *told, str(error), failing.broken
        return told

    assert twins(program)[-2:] == ("pop from empty list", True)


def test_an_aborted_barrier_refuses(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        barrier = threading.Barrier(2)
        barrier.abort()
        return together(lambda: tell(barrier.wait), lambda: tell(barrier.wait)) == [
            "BrokenBarrierError: "
        ] * 2, barrier.broken

    assert twins(program) == (True, True)


# --- Timer --------------------------------------------------------------------------------------------------------


def test_a_timer_calls_with_its_arguments(twins: Twins) -> None:
    def program() -> tuple[Any, ...]:
        called: list[Any] = []
        timer = threading.Timer(0.01, lambda *args, **kwargs: called.append((args, tuple(kwargs))), [1], {"two": 2})
        before = timer.is_alive()
        timer.start()
        timer.join()
        return before, tuple(called), timer.is_alive(), timer.finished.is_set()

    assert twins(program) == (False, (((1,), ("two",)),), False, True)


def test_a_timer_that_is_cancelled_before_it_starts_never_calls(twins: Twins) -> None:
    def program() -> int:
        called: list[int] = []
        timer = threading.Timer(0.01, called.append, [1])
        timer.cancel()
        timer.start()
        timer.join()
        return len(called)

    assert twins(program) == 0


def test_a_timer_may_fire_before_it_is_cancelled() -> None:
    def program() -> int:
        called: list[int] = []
        timer = threading.Timer(600, lambda: called.append(1))
        timer.start()
        timer.cancel()
        timer.join()
        return len(called)

    assert outcomes(program).values == {0, 1}


def test_a_timer_is_a_race_with_what_it_interrupts() -> None:
    def program() -> str:
        said: list[str] = []
        timer = threading.Timer(5, lambda: said.append("timer"))
        timer.start()
        said.append("main")
        timer.join()
        return " ".join(said)

    assert outcomes(program).values == {"main timer", "timer main"}
