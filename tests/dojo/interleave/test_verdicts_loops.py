"""Loops that never end are told, each in its way; loops that end are no error."""

from __future__ import annotations

import threading
import time

import pytest

from dojo.interleave import (
    LivelockError,
    StepLimitError,
    interleave,
    outcomes,
    together,
)
from tests.dojo.interleave.telling import Failure


def test_a_loop_that_nobody_ends_is_a_livelock(failure: Failure) -> None:
    def program() -> None:
        ready: list[int] = []

        def spin() -> None:
            while not ready:
                pass

        together(spin)

    error = failure(program)
    assert type(error) is LivelockError
    assert "goes round in" in str(error)


def test_polling_with_sleep_for_ever_is_a_livelock(failure: Failure) -> None:
    def program() -> None:
        ready: list[int] = []

        def poll() -> None:
            while not ready:
                time.sleep(0.1)

        together(poll)

    assert isinstance(failure(program), (LivelockError, StepLimitError))


@pytest.mark.parametrize("pause", [None, 0, 0.1])
def test_busy_waiting_that_ends_is_no_error(pause: float | None) -> None:
    def program() -> int:
        ready: list[int] = []

        def spin() -> int:
            while not ready:
                if pause is not None:
                    time.sleep(pause)
            return ready[0]

        return int(together(spin, lambda: ready.append(7))[0])

    found = outcomes(program, schedules=200)
    assert (found.values, found.errors) == ({7}, [])


def test_trying_again_and_again_is_no_error_where_it_ends() -> None:
    def program() -> int:
        lock, count = threading.Lock(), [0]

        def visit() -> None:
            while not lock.acquire(blocking=False):
                pass
            count[0] += 1
            lock.release()

        together(visit, visit)
        return count[0]

    found = outcomes(program, preemptions=2, schedules=200)
    assert (found.values, found.errors) == ({2}, [])


def test_calling_the_same_function_often_is_no_livelock() -> None:
    def program() -> int:
        box = {"open": True}

        def look() -> bool:
            return box["open"]

        return sum(together(lambda: sum(look() for _ in range(200)), lambda: sum(look() for _ in range(200))))

    found = outcomes(program, schedules=5)
    assert (found.values, found.errors) == ({400}, [])


def test_an_endless_loop_that_changes_something_hits_a_bound(failure: Failure) -> None:
    def program() -> None:
        count = [0]

        def run() -> None:
            while True:
                count[0] += 1

        together(run, run)

    error = failure(program, step_limit=1_000, schedules=3)
    assert isinstance(error, (StepLimitError, LivelockError))


def test_an_endless_loop_without_shared_state_ends_too(failure: Failure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dojo.interleave.run.TURNS", 2_000)

    def program() -> None:
        def run() -> None:
            while True:
                pass

        together(run, run)

    assert isinstance(failure(program), (StepLimitError, LivelockError))


class Ring:
    """Grows by itself."""

    size = 0

    def grow(self) -> None:
        while self.size % 64 != 63:
            self.size += 1


@interleave(preemptions=0, schedules=1)
def test_a_loop_that_has_ended_is_no_livelock() -> None:
    """It changed what it looked at; the only thread that is left waits for a while then."""
    Ring().grow()
    assert not threading.Event().wait(1)
