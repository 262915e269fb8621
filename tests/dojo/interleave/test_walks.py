"""Random walks: what they are uniform over, what they find, and what they leave alone."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import pytest

from dojo.interleave import explore, search_program, together
from dojo.interleave.exploration import Exploration
from dojo.interleave.policies import Natural
from dojo.interleave.run import Run
from dojo.interleave.walks import LatestFirst, RandomWalk, SelectivelyUniformWalk, walks_after

RUNS = 1200


def walked(program: Callable[[], Any], make: Callable[[random.Random, Run], Natural], runs: int = RUNS) -> list[Run]:
    """The runs of that many walks, each made for the natural run of the program."""
    rng = random.Random(20)
    with Exploration(program) as exploration:
        natural = exploration.run(Natural())
        return [exploration.run(make(rng, natural)) for _ in range(runs)]


def overtaken() -> int:
    """One thread appends five times, the other once: after how many of the five?"""
    said: list[str] = []

    def speak(name: str, times: int) -> None:
        for _ in range(times):
            said.append(name)

    together(lambda: speak("long", 5), lambda: speak("short", 1))
    return said.index("short")


def of_interest(
    rng: random.Random, run: Run, kind: type[SelectivelyUniformWalk] = SelectivelyUniformWalk
) -> SelectivelyUniformWalk:
    """A walk that is interested in the appends."""
    numbers: dict[int, list[int]] = {1: [], 2: []}
    made = Counter[int]()
    for step in run.log:
        if step.site not in ("begins", "ends"):
            made[step.task] += 1
            if step.task and "append" in repr(step.site):
                numbers[step.task].append(made[step.task])
    assert [len(steps) for steps in numbers.values()] == [5, 1]
    return kind(rng, numbers)


def test_orders_of_steps_of_interest_are_equally_likely() -> None:
    """Six places for one append among five, a sixth of the runs each (200, with a deviation of 13)."""
    found = Counter(run.result for run in walked(overtaken, of_interest))
    assert sorted(found) == [0, 1, 2, 3, 4, 5]
    assert all(abs(count - RUNS / 6) < 50 for count in found.values()), found


def test_a_plain_walk_is_not_uniform() -> None:
    """So the test above could fail."""
    found = Counter(run.result for run in walked(overtaken, lambda rng, run: RandomWalk(rng)))
    assert any(abs(count - RUNS / 6) > 100 for count in found.values()), found


def test_the_latest_thread_may_come_first() -> None:
    """The short one was created last: its append precedes all five."""
    runs = walked(overtaken, partial(of_interest, kind=LatestFirst), 60)
    assert {run.result for run in runs} == {0}


def bounded(rng: random.Random, run: Run, bound: int) -> Natural:
    return next(walks_after(run, rng, bound))


@pytest.mark.parametrize("bound", [1, 2])
def test_a_bound_for_preemptions_holds(bound: int) -> None:
    runs = walked(overtaken, partial(bounded, bound=bound), 60)
    assert max(run.preemptions for run in runs) == bound


def test_one_preemption_among_many_steps_is_found_soon() -> None:
    """With a bound of one, it has to come between two steps that follow on a hundred others."""

    def program() -> None:
        record = {"low": 0, "high": 0}

        def change() -> None:
            own = []
            for number in range(50):
                own.append(number)
            record["low"] = 1
            record["high"] = 1

        def look() -> None:
            assert record["low"] == record["high"]

        together(change, look)

    found = [search_program(program, seed=seed, preemptions=1) for seed in range(10)]
    assert all(result.error for result in found)
    assert median(result.schedules for result in found) <= 10


def test_polling_starves_nobody() -> None:
    """One thread tries again and again to get a lock; the one that has it goes on all the same."""

    def program() -> None:
        first, second = threading.Lock(), threading.Lock()

        def patient() -> None:
            with first, second:
                pass

        def polls() -> None:
            while True:
                with second:
                    if first.acquire(blocking=False):
                        break
                time.sleep(0.05)
            first.release()

        together(patient, polls)

    explore(program, step_limit=300)


def test_what_takes_many_reversals_is_found_soon() -> None:
    """Fifteen threads set one flag and clear another; the last looks when one is set and the other not yet cleared.

    A search that reverses one race after the other meets it after some 70 schedules.
    """

    def program() -> None:
        flags = {"set": 0, "cleared": 0}

        def change() -> None:
            flags["set"] = 1
            flags["cleared"] = -1

        def check() -> None:
            assert (flags["set"], flags["cleared"]) in [(0, 0), (1, -1)]

        together(*[change] * 15, check)

    assert median(search_program(program, seed=seed).schedules for seed in range(10)) <= 15


def test_the_simpler_failure_is_shown() -> None:
    """A walk meets this one first; the systematic search knows it with one preemption."""

    class Account:
        balance = 10

        def withdraw(self) -> None:
            if self.balance >= 10:
                self.balance -= 10

    def program() -> None:
        account = Account()
        together(account.withdraw, account.withdraw, account.withdraw)
        assert account.balance >= 0

    with pytest.raises(AssertionError) as caught:
        explore(program)
    assert "1 preemption" in "".join(caught.value.__notes__)
