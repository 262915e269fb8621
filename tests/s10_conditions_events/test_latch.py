"""A gate that opens once and stays open: whoever comes to it, before or after, goes through.

Under `@interleave` a test is run again for every way in which its threads can take turns, and a thread that waits
for ever is reported at once. Time is virtual there: five seconds cost nothing, and are five seconds exactly.
"""

import time
from functools import partial
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojo.interleave import interleave, settle, together
from katas.s10_conditions_events.latch import Latch

in_few_orders = interleave(schedules=20)  # where it is the time that counts, or there are many threads


def pass_time_until(moment: float) -> None:
    """Return at that moment. (time.sleep may end while others still have something to do; this does not.)"""
    Event().wait(moment - time.monotonic())


def timed_wait(latch: Latch, timeout: float | None) -> tuple[bool, float]:
    """What latch.wait(timeout) returned, and after how many seconds."""
    start = time.monotonic()
    result = latch.wait(timeout)
    return result, time.monotonic() - start


@given(count=st.integers(0, 5), steps=st.integers(0, 8))
@in_few_orders
def test_open_after_count(count: int, steps: int) -> None:
    """The latch opens too early or too late, or it closes again after a step too many."""
    latch = Latch(count)
    for step in range(steps):
        assert latch.wait(0) is (step >= count), f"Latch({count}).wait(0) after {step} steps"
        latch.count_down()
    assert latch.wait(0) is (steps >= count), f"Latch({count}).wait(0) after {steps} steps"
    if steps >= count:
        assert latch.wait() is True, f"Latch({count}).wait() after {steps} steps"
        assert latch.wait(5) is True, f"Latch({count}).wait(5) after {steps} steps"


@pytest.mark.parametrize("count", [-1, -7])
@interleave
def test_bad_count(count: int) -> None:
    """A latch was made that can never have been counted down."""
    with pytest.raises(ValueError):
        Latch(count)


@pytest.mark.parametrize("count", [0, 1, 3])
@interleave
def test_late_waiter(count: int) -> None:
    """Who comes when the gate is open already waits for ever: the signal was over before."""
    latch = Latch(count)
    for _ in range(count):
        latch.count_down()
    assert together(latch.wait, partial(latch.wait, 0), partial(latch.wait, 5)) == [True] * 3
    assert timed_wait(latch, 5) == (True, 0), "on an open latch wait returns at once"


@pytest.mark.parametrize(("waiters", "timeout"), [(2, None), (2, 0.5), (5, None)])
@in_few_orders
def test_all_waiters_wake(waiters: int, timeout: float | None) -> None:
    """Several were waiting when the gate opened, and not all of them went through."""
    latch = Latch(2)

    def opener() -> None:
        latch.count_down()
        settle()  # by now they all wait
        latch.count_down()

    *came, _ = together(*[partial(latch.wait, timeout)] * waiters, opener)
    assert came == [True] * waiters


@pytest.mark.parametrize(("waiters", "count", "steps"), [(1, 1, 1), (2, 1, 1), (1, 2, 2), (1, 1, 2)])
@interleave(schedules=80)
def test_any_order(waiters: int, count: int, steps: int) -> None:
    """In some order of steps and waiters somebody waits for ever, or a step was lost."""
    latch = Latch(count)
    came = together(*[latch.wait] * waiters, *[latch.count_down] * steps)
    assert came[:waiters] == [True] * waiters
    assert latch.wait(0) is True, f"{steps} steps were made on Latch({count}), and it is closed"


@interleave(timeouts=True, schedules=60)
def test_comes_twice() -> None:
    """A waiter that went through once is held up, or holds up others, the next time."""
    latch = Latch(1)
    comes = partial(lambda: [latch.wait(), latch.wait(), latch.wait(0)])
    assert together(comes, comes, latch.count_down)[:2] == [[True] * 3] * 2


@pytest.mark.parametrize(("count", "timeout"), [(1, None), (2, None), (2, 0.5)])
@interleave(schedules=80)
def test_never_true_too_early(count: int, timeout: float | None) -> None:
    """wait returned True before all steps were made: to be woken is not to be allowed."""
    latch = Latch(count)
    made: list[int] = []

    def counter(number: int) -> None:
        made.append(number)
        latch.count_down()

    def waiter() -> None:
        if latch.wait(timeout):
            assert len(made) == count, f"True after {len(made)} of {count} steps"

    together(waiter, *(partial(counter, number) for number in range(count)))


@pytest.mark.parametrize(
    ("count", "steps_at", "timeout", "expected"),
    [
        (1, [], 5, (False, 5)),
        (1, [3], 5, (True, 3)),
        (2, [3], 5, (False, 5)),  # not the last step: it changes nothing, the end of the waiting neither
        (3, [1, 4.0625], 5, (False, 5)),
        (2, [1.0625, 3.03125], 5, (True, 3.03125)),
        (2, [3, 7], 5, (False, 5)),
        (2, [1, 200.4375], None, (True, 200.4375)),
        (1, [1], 0, (False, 0)),
        (1, [0.25], 0.5, (True, 0.25)),
    ],
)
@in_few_orders
def test_timeout(count: int, steps_at: list[float], timeout: float | None, expected: tuple[bool, float]) -> None:
    """wait gave up too early or too late, or did not notice at once that the gate had opened."""
    latch, start = Latch(count), time.monotonic()

    def stepper() -> None:
        for moment in steps_at:
            pass_time_until(start + moment)
            latch.count_down()

    (result, seconds), _ = together(partial(timed_wait, latch, timeout), stepper)
    assert (result, seconds) == (expected[0], pytest.approx(expected[1], abs=1e-6)), (
        f"Latch({count}), steps after {steps_at} s: wait({timeout}) returned {result} after {seconds} s, "
        f"expected {expected[0]} after {expected[1]} s"
    )


@in_few_orders
def test_waiters_do_not_hold_each_other_up() -> None:
    """A waiter with little patience had to stay as long as another one."""
    latch, start = Latch(1), time.monotonic()

    def opener() -> None:
        pass_time_until(start + 60)
        latch.count_down()
        assert time.monotonic() == start + 60, "count_down waits for nobody"

    came = together(partial(timed_wait, latch, None), partial(timed_wait, latch, 5), opener)
    assert came[:2] == [(True, 60), (False, 5)]


@interleave
def test_each_latch_for_itself() -> None:
    """Steps on one latch opened another one."""
    first, second = Latch(1), Latch(2)
    first.count_down()
    assert (first.wait(0), second.wait(0)) == (True, False)
    second.count_down()
    assert second.wait(0) is False, "Latch(2) was open after one step"
    second.count_down()
    assert second.wait(0) is True


@in_few_orders
def test_other_latch_opens() -> None:
    """A latch opened, and who waited for another one was sent away before the time, or went through."""
    first, second = Latch(1), Latch(1)

    def opener() -> None:
        Event().wait(3)
        first.count_down()

    came, _ = together(partial(timed_wait, second, 5), opener)
    assert came == (False, pytest.approx(5)), f"nobody opens this latch: wait(5) returned {came[0]} after {came[1]:g} s"


@interleave
def test_open_during_a_step_too_many() -> None:
    """A latch that was open already was closed for a moment by one step more."""
    latch = Latch(1)
    latch.count_down()
    _, *came = together(latch.count_down, partial(latch.wait, 0), partial(latch.wait, 0))
    assert came == [True, True], "wait(0) on an open latch, while somebody makes one step too many"


@pytest.mark.timeout(10)
def test_with_real_threads() -> None:
    """Twenty threads that really ran at once did not all get through. (A second opinion: green proves little.)"""
    latch = Latch(10)
    came = together(*[partial(latch.wait, 5)] * 10, *[latch.count_down] * 10)
    assert came[:10] == [True] * 10
