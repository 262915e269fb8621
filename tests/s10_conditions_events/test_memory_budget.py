"""A budget that serves strictly in order of arrival, all or nothing, and forgets those who gave up.

Under `@interleave` a test is run again for every way in which its threads can take turns, and a thread that waits
for ever is reported at once. Time is virtual there: an hour costs nothing, and is an hour exactly. `settle()`
returns when all other threads have gone as far as they can without time passing.
"""

import time
from collections.abc import Callable
from functools import partial
from threading import Event, Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dojo.interleave import interleave, settle, together
from katas.s10_conditions_events.memory_budget import MemoryBudget

in_one_order = interleave(schedules=1, preemptions=0, steps=20_000)  # where it is the time that counts
in_many_orders = interleave(schedules=25)

REFUSALS = (ValueError, RuntimeError, TimeoutError)


def pass_time(seconds: float) -> None:
    """Let time pass. (time.sleep may end while others still have something to do; this does not.)"""
    Event().wait(seconds)


def attempt(call: Callable[[], None]) -> object:
    """None, or which of the refusals came (one of a kind of it will do)."""
    try:
        return call()
    except REFUSALS as came:
        return next(refusal for refusal in REFUSALS if isinstance(came, refusal))


class Studio:
    """A budget, the jobs that ask it for memory, and a note of what became of each. Times count from the beginning."""

    def __init__(self, total: int, reserved: int = 0) -> None:
        self.budget = MemoryBudget(total)
        self.beginning = time.monotonic()
        self.outcomes: dict[str, tuple[object, float]] = {}  # what came of the job's request, and when
        self.threads: list[Thread] = []
        if reserved:
            self.budget.reserve(reserved)

    def now(self) -> float:
        return round(time.monotonic() - self.beginning, 6)

    def job(self, name: str, amount: int, timeout: float | None = None) -> None:
        """A thread that asks for memory, and keeps it. Returns when it has it, or waits."""

        def ask() -> None:
            came = attempt(partial(self.budget.reserve, amount, timeout))
            self.outcomes[name] = came, self.now()

        self.threads.append(Thread(target=ask, name=name))
        self.threads[-1].start()
        settle()

    def release(self, amount: int) -> None:
        self.budget.release(amount)
        settle()

    def until(self, moment: float) -> None:
        """Let time pass up to that moment."""
        pass_time(moment - (time.monotonic() - self.beginning))
        settle()

    def end(self) -> None:
        """Nobody is left."""
        for thread in self.threads:
            thread.join()


@pytest.mark.parametrize("total", [0, -1])
@in_one_order
def test_bad_total(total: int) -> None:
    """A budget was made that nobody can ever use."""
    with pytest.raises(ValueError):
        MemoryBudget(total)


CALLS = st.lists(st.tuples(st.sampled_from(["reserve", "reserve", "release"]), st.integers(-1, 6)), max_size=12)


@given(total=st.integers(1, 5), calls=CALLS)
@in_one_order
def test_model(total: int, calls: list[tuple[str, int]]) -> None:
    """One job alone, which never waits, got something else than the contract says."""
    budget, free = MemoryBudget(total), total
    assert budget.available == total
    for name, amount in calls:
        expected = None
        if amount < 1 or (name == "reserve" and amount > total):
            expected = ValueError
        elif name == "reserve" and amount > free:
            expected = TimeoutError
        elif name == "release" and amount > total - free:
            expected = RuntimeError
        else:
            free += amount if name == "release" else -amount
        call = partial(budget.reserve, timeout=0) if name == "reserve" else budget.release
        came = attempt(partial(call, amount))
        assert came is expected, f"total {total}, {free} free: {name}({amount})"
        assert budget.available == free, f"after {name}({amount}), which came to {came}"


@in_one_order
def test_release_too_much() -> None:
    """More was given back than was reserved."""
    budget = MemoryBudget(10)
    budget.reserve(4)
    for amount, refusal in ((5, RuntimeError), (11, RuntimeError), (0, ValueError), (-4, ValueError)):
        with pytest.raises(refusal):
            budget.release(amount)
        assert budget.available == 6, f"release({amount}) was refused, and something changed"
    budget.release(4)
    with pytest.raises(RuntimeError):
        budget.release(1)
    assert budget.available == 10


@in_one_order
def test_refused_release_serves_nobody() -> None:
    """More was given back than was reserved, and it went to somebody who waits, or counted what he asks for."""
    studio = Studio(10, reserved=4)
    studio.job("big", 8)
    for amount in (5, 8, 12):
        assert attempt(partial(studio.budget.release, amount)) is RuntimeError, f"4 are reserved: release({amount})"
        settle()
        assert (studio.budget.available, studio.outcomes) == (6, {}), f"release({amount}) was refused"
    studio.release(4)
    assert (studio.budget.available, studio.outcomes) == (2, {"big": (None, 0)})
    studio.end()


@in_one_order
def test_bad_amounts_do_not_wait() -> None:
    """A request that can never be served stood in line."""
    studio = Studio(10, reserved=6)
    studio.job("big", 8)
    for amount in (0, -1, 11):
        for timeout in (None, 0, 5):
            with pytest.raises(ValueError):
                studio.budget.reserve(amount, timeout)
    assert studio.now() == 0
    studio.release(6)
    assert (studio.budget.available, studio.outcomes) == (2, {"big": (None, 0)})
    studio.end()


@pytest.mark.parametrize("timeout", [None, 60])
@in_one_order
def test_small_does_not_overtake(timeout: float | None) -> None:
    """A small request went before a big one that came earlier, because it would fit."""
    studio = Studio(10, reserved=6)
    studio.job("big", 8, timeout)
    studio.job("small", 3, timeout)
    assert studio.outcomes == {}, "4 are free, the first in line asks for 8, the second one for 3: both wait"
    with pytest.raises(TimeoutError):
        studio.budget.reserve(1, timeout=0)
    studio.until(5)
    studio.release(2)  # 6 are free
    assert studio.outcomes == {}
    studio.release(2)  # 8 are free
    assert studio.outcomes == {"big": (None, 5)}
    studio.until(7)
    studio.release(8)
    assert studio.outcomes == {"big": (None, 5), "small": (None, 7)}
    assert studio.budget.available == 5
    studio.end()


@pytest.mark.parametrize("behind", [[3], [3, 1], [3, 2]])
@in_one_order
def test_head_gives_up(behind: list[int]) -> None:
    """The first in line gave up, and those behind it, who now fit, were not served at that moment."""
    studio = Studio(10, reserved=6)
    studio.job("big", 8, 10)
    for amount in behind:
        studio.job(f"asks for {amount}", amount)
    studio.until(20)
    expected: dict[str, tuple[object, float]] = {"big": (TimeoutError, 10), "asks for 3": (None, 10)}
    if 1 in behind:
        expected["asks for 1"] = (None, 10)
    assert studio.outcomes == expected, "4 were free when the one with the 8 gave up at 10 s"
    studio.release(6)
    assert studio.budget.available == 10 - sum(behind)
    studio.end()


@pytest.mark.parametrize("hasty", [1, 3])
@in_one_order
def test_middle_gives_up(hasty: int) -> None:
    """Some in the middle of the line gave up, and are still waited for, or somebody else was served for them."""
    studio = Studio(10, reserved=10)
    studio.job("first", 4)
    for number in range(hasty):
        studio.job(f"hasty {number}", 5, 10 + number)
    studio.job("last", 6)
    studio.until(20)
    gone: dict[str, tuple[object, float]] = {f"hasty {number}": (TimeoutError, 10 + number) for number in range(hasty)}
    assert studio.outcomes == gone
    studio.release(9)
    assert studio.outcomes == {**gone, "first": (None, 20)}, "9 free: 4 fit, 4 + 6 do not"
    studio.until(30)
    studio.release(1)
    assert studio.outcomes.get("last") == (None, 30), "6 are free, and nobody else is in line"
    assert studio.budget.available == 0
    studio.end()


@in_one_order
def test_last_gives_up() -> None:
    """The last in line gave up, and the line is out of order afterwards."""
    studio = Studio(3, reserved=3)
    studio.job("first", 2)
    studio.job("hasty", 2, 10)
    studio.until(15)
    studio.job("newcomer", 1)
    studio.release(3)
    assert studio.outcomes == {"hasty": (TimeoutError, 10), "first": (None, 15), "newcomer": (None, 15)}
    assert studio.budget.available == 0
    studio.end()


@in_one_order
def test_one_of_two_equal_requests_gives_up() -> None:
    """Two asked for the same amount, the later one gave up, and the earlier one lost its place in line."""
    studio = Studio(3, reserved=3)
    for name, amount, timeout in (("first", 2, None), ("middle", 3, None), ("hasty", 2, 10)):
        studio.job(name, amount, timeout)
    studio.until(15)
    studio.release(2)
    assert studio.outcomes == {"hasty": (TimeoutError, 10), "first": (None, 15)}, (
        "2 are free, the first in line asks for 2"
    )
    studio.release(3)
    assert studio.outcomes["middle"] == (None, 15)
    assert studio.budget.available == 0
    studio.end()


@in_many_orders
def test_one_release_serves_many() -> None:
    """A release gave enough for three, and not all of them were served, in whatever order they woke."""
    studio = Studio(10, reserved=10)
    for number, amount in enumerate([2, 3, 4, 2, 1]):
        studio.job(f"job {number}", amount)
    studio.release(10)
    assert studio.outcomes == {f"job {number}": (None, 0) for number in range(3)}, "2 + 3 + 4 of 10, the 2 does not fit"
    studio.release(1)
    studio.release(1)
    assert len(studio.outcomes) == 5
    assert studio.budget.available == 0
    studio.end()


@pytest.mark.parametrize("waiting", [2, 5])
@in_one_order
def test_timeout_is_a_total(waiting: int) -> None:
    """Something was given back again and again, and the patience of one that it was not enough for began anew."""
    studio = Studio(10, reserved=10)
    for number in range(waiting):
        studio.job(f"job {number}", 10, 10 + number / 8)
    for moment in (3, 6.5, 9.25):
        studio.until(moment)
        studio.release(1)
        assert studio.outcomes == {}
    studio.until(20)
    assert studio.outcomes == {f"job {number}": (TimeoutError, 10 + number / 8) for number in range(waiting)}
    assert studio.budget.available == 3
    studio.end()


@in_one_order
def test_a_thread_waits_again() -> None:
    """A thread that had waited before got the answer of that time, and not one to its new request."""
    studio = Studio(1, reserved=1)
    came: list[tuple[object, float]] = []

    def ask_three_times() -> None:
        for timeout in (None, 5, None):
            came.append((attempt(partial(studio.budget.reserve, 1, timeout)), studio.now()))

    thread = Thread(target=ask_three_times)
    thread.start()
    for moment in (2, 10):
        studio.until(moment)
        studio.release(1)
    thread.join()
    assert came == [(None, 2), (TimeoutError, 7), (None, 10)], "released at 2 and at 10 s; reserve with None, 5, None"
    assert studio.budget.available == 0


class Line:
    """The same budget, as plainly as it can be said: what becomes of each request, and when."""

    def __init__(self, total: int) -> None:
        self.free = total
        self.line: list[tuple[str, int, float]] = []  # name, amount, when it gives up
        self.outcomes: dict[str, tuple[object, float]] = {}

    def serve(self, now: float) -> None:
        while self.line and self.line[0][1] <= self.free:
            name, amount, _ = self.line.pop(0)
            self.free -= amount
            self.outcomes[name] = None, round(now, 6)

    def until(self, moment: float) -> None:
        while self.line and (soonest := min(request[2] for request in self.line)) <= moment:
            request = next(request for request in self.line if request[2] == soonest)
            self.line.remove(request)
            self.outcomes[request[0]] = TimeoutError, round(soonest, 6)
            self.serve(soonest)


JOBS = st.tuples(st.integers(1, 6), st.sampled_from([None, None, 0, 1, 3, 6]))
PIECES = st.integers(1, 6)


@settings(max_examples=15)
@given(reserved=st.integers(3, 6), events=st.lists(JOBS | PIECES, min_size=3, max_size=9))
@in_one_order
def test_order_of_arrival(reserved: int, events: list[tuple[int, float | None] | int]) -> None:
    """One request or release each second, and somebody was served out of turn, too late, or not at all."""
    studio, model = Studio(6, reserved), Line(6)
    model.free -= reserved
    told = []
    for number, event in enumerate(events, 1):
        studio.until(number)
        model.until(number)
        if isinstance(event, tuple):
            amount, timeout = event
            if timeout:
                timeout += number / 1000  # so that no two things happen at once
            told.append(f"{number} s: reserve({amount}, {timeout})")
            studio.job(f"job {number}", amount, timeout)
            model.line.append((f"job {number}", amount, float("inf") if timeout is None else number + timeout))
            model.serve(number)
            if timeout == 0:
                model.until(number)
        elif event <= 6 - model.free:
            told.append(f"{number} s: release({event})")
            studio.release(event)
            model.free += event
            model.serve(number)
        assert studio.outcomes == model.outcomes, f"{reserved} of 6 reserved; {'; '.join(told)}"
        assert studio.budget.available == model.free, f"{reserved} of 6 reserved; {'; '.join(told)}"
    moment = 100
    studio.until(moment)
    model.until(moment)
    while model.line:  # give back all that there is, until nobody is left
        studio.release(6 - model.free)
        model.free = 6
        model.serve(moment)
        assert studio.outcomes == model.outcomes, f"{reserved} of 6 reserved; {'; '.join(told)}; all given back"
        assert studio.budget.available == model.free
    assert studio.outcomes == model.outcomes, f"{reserved} of 6 reserved; {'; '.join(told)}"
    studio.end()


def hold(budget: MemoryBudget, holding: list[int], total: int, amount: int) -> None:
    """Reserve, see that all that is held fits, release."""
    budget.reserve(amount)
    holding.append(amount)
    assert sum(holding) <= total, f"held at the same time: {holding}, and the budget is {total}"
    assert budget.available <= total - amount, f"{amount} are held, and {budget.available} of {total} available"
    holding.remove(amount)
    budget.release(amount)


@pytest.mark.parametrize(("total", "amounts"), [(2, [1, 2]), (3, [2, 2]), (3, [1, 2, 3])])
@in_many_orders
def test_never_over_budget(total: int, amounts: list[int]) -> None:
    """Together the jobs held more than there is, or something got lost."""
    budget = MemoryBudget(total)
    holding: list[int] = []
    together(*(partial(hold, budget, holding, total, amount) for amount in amounts))
    assert budget.available == total, f"all was given back, and {budget.available} of {total} are available"


@in_many_orders
def test_two_big_requests() -> None:
    """Two requests, each of them served by half, wait for each other."""
    budget = MemoryBudget(4)

    def job() -> None:
        budget.reserve(3)
        budget.release(3)

    together(job, job)
    assert budget.available == 4


@pytest.mark.parametrize(("amounts", "pieces"), [([1, 2], [1, 1]), ([2, 1], [1, 1]), ([1, 1, 2], [2])])
@interleave(schedules=40)
def test_no_lost_wakeup(amounts: list[int], pieces: list[int]) -> None:
    """Everything was given back, and somebody sleeps on in a free budget."""
    budget = MemoryBudget(2)
    budget.reserve(2)

    def job(amount: int) -> None:
        budget.reserve(amount)
        budget.release(amount)

    def boss() -> None:
        for piece in pieces:
            budget.release(piece)

    together(*(partial(job, amount) for amount in amounts), boss)
    assert budget.available == 2


@in_many_orders
def test_line_keeps_its_order() -> None:
    """The first in line was served, and then not the second one was the first, but whoever was quicker."""
    studio = Studio(2, reserved=2)
    for name, amount in (("first", 1), ("second", 2), ("third", 1)):
        studio.job(name, amount)
    studio.release(1)
    studio.release(1)
    assert list(studio.outcomes) == ["first"], "1 is free, and the second in line asks for 2: all wait"
    studio.release(1)
    assert list(studio.outcomes) == ["first", "second"]
    studio.release(2)
    assert list(studio.outcomes) == ["first", "second", "third"]
    studio.end()


@pytest.mark.parametrize("timeout", [None, 3600])
@in_many_orders
def test_newcomer_behind_the_woken(timeout: float | None) -> None:
    """A newcomer came in between the release and the waking of the one that it was for."""
    studio = Studio(2, reserved=1)
    done: list[str] = []

    def first() -> None:
        studio.budget.reserve(2)
        done.append("first")
        studio.budget.release(2)

    def newcomer() -> None:
        studio.budget.reserve(1, timeout)
        done.append("newcomer")
        studio.budget.release(1)

    waiting = Thread(target=first)
    waiting.start()
    settle()
    together(newcomer, partial(studio.budget.release, 1))
    waiting.join()
    assert done == ["first", "newcomer"]
    assert studio.budget.available == 2


@interleave(timeouts=True, schedules=100)
def test_grant_meets_timeout() -> None:
    """A request was served in the moment in which it gave up: the memory is gone, or was taken twice."""
    studio = Studio(2, reserved=2)
    came: list[object] = []
    hasty = Thread(target=lambda: came.append(attempt(partial(studio.budget.reserve, 2, 5))))
    hasty.start()
    studio.budget.release(2)
    hasty.join()
    assert came in ([None], [TimeoutError])
    reserved = 2 if came == [None] else 0
    assert studio.budget.available == 2 - reserved, f"the request came to {came[0]}"
    if reserved:
        studio.budget.release(2)
    studio.budget.reserve(2, timeout=0)


@pytest.mark.parametrize("behind", [1, 2])
@interleave(timeouts=True, schedules=30)
def test_next_one_after_a_timeout(behind: int) -> None:
    """The first in line gave up in the moment of a release, and the one behind it sleeps on."""
    budget = MemoryBudget(2)
    budget.reserve(2)
    came: list[object] = []

    def hasty() -> None:
        came.append(attempt(partial(budget.reserve, 2, 5)))
        if came == [None]:
            budget.release(2)

    def patient() -> None:
        budget.reserve(behind)
        budget.release(behind)

    first = Thread(target=hasty)
    first.start()
    settle()
    together(patient, partial(budget.release, 2))
    first.join()
    assert budget.available == 2, f"the request came to {came[0]}"


@in_many_orders
def test_two_releases() -> None:
    """The same memory was given back twice."""
    budget = MemoryBudget(3)
    budget.reserve(2)
    came = together(*[partial(attempt, partial(budget.release, 2))] * 2)
    assert sorted(came, key=str) == [RuntimeError, None], f"2 were reserved, two jobs released 2 each: {came}"
    assert budget.available == 3


@in_many_orders
def test_two_newcomers() -> None:
    """Two jobs at the same time got what was there only once."""
    budget = MemoryBudget(3)
    came = together(*[partial(attempt, partial(budget.reserve, 2, 0))] * 2)
    assert sorted(came, key=str) == [TimeoutError, None], f"3 were free, two jobs asked for 2 each: {came}"
    assert budget.available == 1


@in_many_orders
def test_room_for_both() -> None:
    """There was enough for two jobs that would not wait, and one was refused: it met the other one at the books."""
    budget = MemoryBudget(3)
    assert together(*[partial(attempt, partial(budget.reserve, 1, 0))] * 2) == [None, None]
    came, _ = together(partial(attempt, partial(budget.reserve, 1, 0)), partial(budget.release, 1))
    assert came is None, "1 was free"
    assert budget.available == 1


@in_one_order
def test_lease() -> None:
    """A lease reserves too early, or does not give back."""
    studio = Studio(5)
    unused = studio.budget.lease(3)
    assert studio.budget.available == 5, "a lease reserves on entry"
    del unused
    with studio.budget.lease(2):
        with studio.budget.lease(3, timeout=0):
            assert studio.budget.available == 0
        assert studio.budget.available == 3

    def early_return() -> str:
        with studio.budget.lease(4):
            return "early"

    assert early_return() == "early"
    assert studio.budget.available == 5


@pytest.mark.parametrize("failure", [OSError("disk"), TimeoutError("net"), ValueError(), KeyboardInterrupt()])
@in_one_order
def test_lease_releases_on_error(failure: BaseException) -> None:
    """A job failed, and its memory stays reserved, or nobody heard of the failure."""
    budget = MemoryBudget(5)
    with pytest.raises(type(failure)) as caught, budget.lease(4):
        raise failure
    assert caught.value is failure
    assert budget.available == 5


@in_one_order
def test_refused_lease_releases_nothing() -> None:
    """A lease that got nothing gave something back."""
    studio = Studio(5, reserved=4)
    for amount, timeout in ((2, 0), (2, 3), (0, None), (6, None)):
        refusal = TimeoutError if amount == 2 else ValueError
        with pytest.raises(refusal), studio.budget.lease(amount, timeout):
            pytest.fail(f"lease({amount}, {timeout}) let a job in")
        assert studio.budget.available == 1, f"after lease({amount}, {timeout})"
    assert studio.now() == 3, "TimeoutError after 0 s and after 3 s"


@in_one_order
def test_lease_waits_in_line() -> None:
    """A lease overtook a request that came earlier, or did not serve the next one on its exit."""
    studio = Studio(5)
    with studio.budget.lease(3):
        studio.job("big", 4)
        with pytest.raises(TimeoutError), studio.budget.lease(1, timeout=0):
            pass
        studio.until(8)
    settle()
    assert studio.outcomes == {"big": (None, 8)}
    assert studio.budget.available == 1
    studio.end()


@in_one_order
def test_no_busy_waiting() -> None:
    """A request that waits looks again and again instead of sleeping."""
    studio = Studio(2, reserved=1)
    studio.job("first", 2)
    studio.job("second", 1, 3_000_000)
    studio.until(1_000_000)
    studio.release(1)
    studio.until(2_000_000)
    studio.release(2)
    assert studio.outcomes == {"first": (None, 1_000_000), "second": (None, 2_000_000)}
    studio.end()


@in_one_order
def test_each_budget_for_itself() -> None:
    """Two budgets share their memory or their line, or a release of one wakes who waits for the other."""
    studio, other = Studio(5, reserved=5), Studio(3)
    studio.job("waits", 1)
    other.budget.reserve(3, timeout=0)
    other.job("waits, too", 2)
    other.release(3)
    assert (studio.outcomes, other.outcomes) == ({}, {"waits, too": (None, 0)})
    assert other.budget.available == 1
    studio.release(5)
    studio.end()
    other.end()


@pytest.mark.timeout(20)
def test_with_real_threads() -> None:
    """Six jobs that really ran at once lost memory or got stuck. (A second opinion: green proves little.)"""
    budget = MemoryBudget(5)
    failed: list[BaseException] = []

    def job(amount: int) -> None:
        try:
            for _ in range(30):
                with budget.lease(amount, timeout=10):
                    assert 0 <= budget.available <= 5 - amount
        except BaseException as error:
            failed.append(error)

    threads = [Thread(target=job, args=(amount,), daemon=True) for amount in (1, 2, 3, 4, 5, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive(), "stuck"
    assert failed == []
    assert budget.available == 5
