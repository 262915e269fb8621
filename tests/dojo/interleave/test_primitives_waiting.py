"""Condition and Event keep their real semantics while an exploration is under way."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from dojo.interleave import StuckError, interleave, outcomes, settle, together
from tests.dojo.interleave.telling import Twins, tell

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
