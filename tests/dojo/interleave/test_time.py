"""Time is virtual: it costs nothing, passes in order, and a program that relies on it is caught."""

from __future__ import annotations

import sched
import threading
import time
from collections.abc import Callable
from queue import Empty, Queue
from typing import Any

import pytest

from dojo.interleave import InterleaveError, interleave, outcomes, settle, together


def elapsed(wait: Callable[[], Any]) -> float:
    """Virtual seconds that a call takes, rounded."""
    start = time.monotonic()
    wait()
    return round(time.monotonic() - start, 6)


def test_an_hour_takes_no_time() -> None:
    start = time.perf_counter()
    interleave(lambda: time.sleep(3600))()
    assert time.perf_counter() - start < 30


@interleave
def test_sleep_takes_exactly_its_time() -> None:
    assert [elapsed(lambda pause=pause: time.sleep(pause)) for pause in (0, 0.25, 10)] == [0, 0.25, 10]


@interleave
def test_all_clocks_agree() -> None:
    names = ["time", "monotonic", "perf_counter"]
    before = [getattr(time, name)() for name in names] + [getattr(time, f"{name}_ns")() for name in names]
    time.sleep(1.5)
    after = [getattr(time, name)() for name in names] + [getattr(time, f"{name}_ns")() for name in names]
    passed = [late - early for early, late in zip(before, after, strict=True)]
    assert passed == [pytest.approx(1.5)] * 3 + [1_500_000_000] * 3


@interleave
def test_a_scheduler_of_the_standard_library() -> None:
    """Its clock is a default argument."""
    called: list[float] = []
    plan = sched.scheduler()
    plan.enter(3600, 1, lambda: called.append(time.monotonic()))
    start = time.monotonic()
    together(plan.run, lambda: time.sleep(1))
    assert called == [start + 3600]


@interleave
def test_sleep_checks_its_argument() -> None:
    with pytest.raises(ValueError, match="non-negative"):
        time.sleep(-1)
    with pytest.raises(TypeError):
        time.sleep("long")  # type: ignore[arg-type]


@interleave
def test_sleep_is_never_early() -> None:
    def nap(pause: float) -> None:
        start = time.monotonic()
        time.sleep(pause)
        assert time.monotonic() - start >= pause

    together(lambda: nap(3), lambda: nap(1), lambda: nap(2))


def test_deadlines_come_in_their_order() -> None:
    @interleave(preemptions=0)
    def program() -> None:
        order: list[float] = []

        def wake(pause: float) -> None:
            threading.Event().wait(pause)
            order.append(pause)

        together(*(lambda pause=pause: wake(pause) for pause in (3, 1, 2, 0.5)))
        assert order == [0.5, 1, 2, 3]
        assert time.monotonic() == pytest.approx(1003)

    program()


def test_equal_deadlines_come_in_any_order() -> None:
    def program() -> str:
        order: list[str] = []

        def wake(name: str) -> None:
            time.sleep(1)
            order.append(name)

        together(lambda: wake("a"), lambda: wake("b"))
        return "".join(order)

    assert outcomes(program).values == {"ab", "ba"}


def test_sleep_is_no_synchronisation() -> None:
    """Whoever sleeps until the other is surely done finds that it is not."""

    def program() -> str:
        box: list[str] = []

        def fill() -> None:
            box.append("full")

        threading.Thread(target=fill).start()
        time.sleep(3600)
        return box[0] if box else "empty"

    assert outcomes(program).values == {"full", "empty"}


def test_sleeping_longer_than_another_is_none_either() -> None:
    def program() -> str:
        order: list[str] = []

        def after(pause: float, name: str) -> None:
            time.sleep(pause)
            order.append(name)

        together(lambda: after(1, "short"), lambda: after(2, "long"))
        return " ".join(order)

    assert "short long" in outcomes(program).values
    assert "long short" in outcomes(program).values


WAITS: dict[str, Callable[[], Any]] = {
    "Lock.acquire": lambda: _taken().acquire(timeout=2),
    "Semaphore.acquire": lambda: threading.Semaphore(0).acquire(timeout=2),
    "Event.wait": lambda: threading.Event().wait(2),
    "Condition.wait": lambda: _condition().wait(2),
    "Condition.wait_for": lambda: _condition().wait_for(lambda: False, 2),
    "Queue.get": lambda: _raises(Empty, lambda: Queue().get(timeout=2)),
    "Barrier.wait": lambda: _raises(threading.BrokenBarrierError, lambda: threading.Barrier(2).wait(2)),
}


def _taken() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


def _condition() -> threading.Condition:
    condition = threading.Condition()
    condition.acquire()
    return condition


def _raises(kind: type[Exception], call: Callable[[], Any]) -> None:
    with pytest.raises(kind):
        call()


@pytest.mark.parametrize("name", WAITS)
def test_a_timed_wait_takes_exactly_its_time(name: str) -> None:
    interleave(lambda: _same(elapsed(WAITS[name]), 2))()


def _same(given: float, wanted: float) -> None:
    assert given == wanted


@interleave
def test_join_with_a_timeout() -> None:
    gate = threading.Event()
    thread = threading.Thread(target=gate.wait)
    thread.start()
    assert elapsed(lambda: thread.join(2)) == 2
    assert thread.is_alive()
    gate.set()
    thread.join(2)
    assert not thread.is_alive()


def granted_or_not() -> bool:
    lock = threading.Lock()
    lock.acquire()
    return bool(together(lambda: lock.acquire(timeout=0.001), lock.release)[0])


def test_a_timed_wait_expires_only_when_nobody_can_run() -> None:
    assert outcomes(granted_or_not).values == {True}


def test_timeouts_may_race_where_a_test_asks_for_it() -> None:
    seen: set[bool] = set()
    interleave(timeouts=True)(lambda: seen.add(granted_or_not()))()
    assert seen == {True, False}


# --- settle -------------------------------------------------------------------------------------------------------


@interleave
def test_settle_waits_until_all_others_wait_or_have_ended() -> None:
    gate, came = threading.Event(), []

    def go(steps: int) -> None:
        for _ in range(steps):
            came.append(1)
        gate.wait()
        came.append(1)

    threads = [threading.Thread(target=go, args=(steps,)) for steps in (1, 2)]
    for thread in threads:
        thread.start()
    settle()
    assert len(came) == 3
    gate.set()
    settle()
    assert len(came) == 5


@interleave(preemptions=0)  # with one, the sleep may end between the look at the clock and the look at the list
def test_settle_lets_no_time_pass() -> None:
    came: list[int] = []

    def nap() -> None:
        time.sleep(5)
        came.append(1)

    thread = threading.Thread(target=nap)
    start = time.monotonic()
    thread.start()
    settle()
    if time.monotonic() == start:
        assert came == []
    thread.join()


@interleave(schedules=600)
def test_time_limits_are_long_enough() -> None:
    """Twenty pauses are time enough for the other one's few steps: nobody is kept from them all that time."""
    lock = threading.Lock()
    used: list[int] = []

    def uses() -> None:
        with lock:
            used.append(1)

    def tries() -> None:
        for _ in range(20):
            if lock.acquire(blocking=False):
                lock.release()
                return
            time.sleep(1)
        raise TimeoutError

    together(uses, tries)


def test_settle_alone_returns_at_once() -> None:
    interleave(settle)()


def test_settle_is_for_controlled_threads() -> None:
    with pytest.raises(InterleaveError, match="works in a thread that @interleave controls"):
        settle()


@interleave
def test_two_that_settle_take_turns() -> None:
    together(settle, settle)


@pytest.mark.parametrize("nappers", [1, 3])
def test_short_naps_until_an_hour_has_passed(nappers: int) -> None:
    """They are a way to wait; no step limit may come before the end of a long work."""

    @interleave(preemptions=0, schedules=2, naps=True)
    def test() -> None:
        changed, done, late = threading.Condition(), [], []

        def work() -> None:
            for _ in range(3):
                time.sleep(3600)
            with changed:
                done.append(True)

        def look(pause: float) -> None:
            with changed:
                while not done:
                    changed.wait(pause)
            late.append(time.monotonic())

        start = time.monotonic()
        together(work, *[lambda pause=pause: look(pause) for pause in (0.05, 0.01, 1)[:nappers]])
        assert min(late) - start >= 3 * 3600

    test()


@interleave(preemptions=0, schedules=1, naps=True)
def test_naps_are_as_long_as_they_should_be_for_long() -> None:
    """Who counts its naps, and gives up, is not let off."""
    time_left = 1000

    def work() -> None:
        time.sleep(3600)

    def look(worker: threading.Thread) -> int:
        naps = 0
        while worker.is_alive():
            time.sleep(1)
            naps += 1
            if naps == time_left:
                break
        return naps

    worker = threading.Thread(target=work)
    worker.start()
    assert look(worker) == time_left
    worker.join()


def test_naps_grow_only_where_a_test_allows_them() -> None:
    """To wait in naps may be what a test forbids."""

    def program() -> None:
        changed, done = threading.Condition(), []

        def work() -> None:
            time.sleep(3600)
            with changed:
                done.append(True)

        def look() -> None:
            with changed:
                while not done:
                    changed.wait(0.01)

        together(work, look)

    with pytest.raises(InterleaveError, match="steps"):
        interleave(preemptions=0, schedules=1)(program)()
    interleave(preemptions=0, schedules=1, naps=True)(program)()
