"""Barrier and Timer keep their real semantics while an exploration is under way."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

import pytest

from dojo.interleave import interleave, outcomes, settle, together
from tests.dojo.interleave.telling import Twins, tell

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


def test_who_waits_may_be_seen_or_not() -> None:
    def program() -> tuple[int, bool]:
        barrier = threading.Barrier(2)

        def wait() -> None:
            with contextlib.suppress(threading.BrokenBarrierError):
                barrier.wait()

        return together(lambda: (barrier.n_waiting, barrier.broken), wait, barrier.abort)[0]  # type: ignore[no-any-return]

    assert outcomes(program).values == {(0, False), (1, False), (0, True), (1, True)}


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
