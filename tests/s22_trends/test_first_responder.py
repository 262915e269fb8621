"""Trio's clock is a mock: it jumps to the next moment at which something happens, and every time is exact.

No two things happen at the same moment, unless a test says so.
"""

from collections.abc import Awaitable, Callable, Generator, Sequence
from functools import partial
from typing import Any

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from katas.s22_trends.first_responder import first_responder

pytestmark = pytest.mark.timeout(20)


class Desk:
    """The crews that can be called, and a log: (seconds, crew, what happened)."""

    def __init__(self) -> None:
        self.log: list[tuple[float, str, str]] = []

    def note(self, crew: str, what: str) -> None:
        self.log.append((trio.current_time(), crew, what))

    def of(self, what: str) -> list[tuple[float, str]]:
        return [(seconds, crew) for seconds, crew, happened in self.log if happened == what]

    def crew(
        self,
        name: str,
        seconds: float,
        error: Exception | None = None,
        clean_up: float = 0,
        clean_up_error: Exception | None = None,
    ) -> Callable[[], Awaitable[str]]:
        """Answers, or raises the error, after so many seconds; cleans up for so many if cancelled."""

        async def come() -> str:
            self.note(name, "called")
            try:
                await trio.sleep(seconds)
            except trio.Cancelled:
                with trio.CancelScope(shield=True):
                    await trio.sleep(clean_up)
                self.note(name, "cancelled")
                if clean_up_error:
                    raise clean_up_error from None
                raise
            if error:
                self.note(name, "failed")
                raise error
            self.note(name, "answered")
            return f"{name} comes"

        return come


def run(program: Callable[[], Awaitable[Any]]) -> tuple[object, float]:
    """What the program returned or raised, and when; afterwards nothing may run or happen any more."""
    came: list[tuple[object, float]] = []

    async def main() -> None:
        living = trio.lowlevel.current_statistics().tasks_living
        with trio.move_on_after(1_000_000) as patience:
            try:
                result: object = await program()
            except Exception as error:
                result = error
            came.append((result, trio.current_time()))
        if patience.cancelled_caught:
            pytest.fail("first_responder still waited after 1,000,000 seconds")
        assert trio.lowlevel.current_statistics().tasks_living == living, "a task outlives first_responder"

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    return came[0]


def call(crews: Sequence[Callable[[], Awaitable[str]]], delay: float = 10, limit: float = 100) -> tuple[object, float]:
    return run(partial(first_responder, crews, delay=delay, limit=limit))


def leaves(error: object) -> list[object]:
    """The exceptions of a group, of its groups, and so on; of a bare exception itself."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in leaves(inner)]
    return [error]


def test_the_first_crew_comes() -> None:
    """The first crew answers before anybody else has to be called, and something else came out."""
    desk = Desk()
    assert call([desk.crew("A", 3), desk.crew("B", 1)]) == ("A comes", 3)
    assert desk.log == [(0, "A", "called"), (3, "A", "answered")]


def test_only_one_crew() -> None:
    """With one crew, here in a tuple, there is nobody else to call."""
    assert call((Desk().crew("A", 50),)) == ("A comes", 50)


def test_the_next_is_called_after_the_delay() -> None:
    """A crew that does not answer was not helped out by the next one after `delay` seconds."""
    desk = Desk()
    assert call([desk.crew("A", 90), desk.crew("B", 80), desk.crew("C", 5)]) == ("C comes", 25)
    assert desk.of("called") == [(0, "A"), (10, "B"), (20, "C")]
    assert desk.of("cancelled") == [(25, "A"), (25, "B")] or desk.of("cancelled") == [(25, "B"), (25, "A")]


def test_an_empty_answer_is_an_answer() -> None:
    """A crew answered with an empty text, and that was taken for no answer."""

    async def says_nothing() -> str:
        await trio.sleep(3)
        return ""

    desk = Desk()
    assert call([says_nothing, desk.crew("B", 1)]) == ("", 3)
    assert desk.log == []


def test_the_same_crew_twice() -> None:
    """The same crew is called a second time, and its two calls are mixed up."""
    errors = [OSError("at lunch"), OSError("still at lunch")]
    calls = iter(errors)

    async def busy() -> str:
        error = next(calls)
        await trio.sleep(2)
        raise error

    group, seconds = call([busy, busy])
    assert leaves(group) == errors
    assert seconds == 4


def test_late_first_crew_may_still_win() -> None:
    """The first crew was given up when the second one was called: it only gets company."""
    desk = Desk()
    assert call([desk.crew("A", 15), desk.crew("B", 30)]) == ("A comes", 15)
    assert desk.of("cancelled") == [(15, "B")]


def test_failure_calls_the_next_at_once() -> None:
    """A crew said no, and the desk waited for the rest of the delay all the same."""
    desk = Desk()
    busy = [desk.crew("A", 2, OSError()), desk.crew("B", 3, TimeoutError())]
    assert call([*busy, desk.crew("C", 90), desk.crew("D", 4)]) == ("D comes", 19)
    assert desk.of("called") == [(0, "A"), (2, "B"), (5, "C"), (15, "D")], "A fails at 2, B at 5; C is slow"


def test_only_the_one_before_counts() -> None:
    """The failure of another crew than the last one called brought the next call forward."""
    desk = Desk()
    crews = [desk.crew("A", 12, OSError()), desk.crew("B", 90), desk.crew("C", 4)]
    assert call(crews) == ("C comes", 24)
    assert desk.of("called") == [(0, "A"), (10, "B"), (20, "C")], "A fails at 12, but B was called at 10"


def test_failure_at_the_call() -> None:
    """A crew failed without waiting at all, and the next one was not called at once."""
    desk = Desk()

    def out_of_order() -> Awaitable[str]:
        desk.note("A", "called")
        raise ConnectionRefusedError

    async def says_no() -> str:
        desk.note("B", "called")
        raise OSError

    assert call([out_of_order, says_no, desk.crew("C", 1)]) == ("C comes", 1)
    assert desk.of("called") == [(0, "A"), (0, "B"), (0, "C")]


def test_anything_that_can_be_awaited() -> None:
    """A crew that gives no coroutine, but something else that can be awaited, was not understood."""

    class Pager:
        def __await__(self) -> Generator[Any, Any, str]:
            yield from trio.sleep(3).__await__()
            return "A comes"

    assert call([Pager, Desk().crew("B", 1)]) == ("A comes", 3)


def test_answers_at_once() -> None:
    """A crew answered without waiting at all, and another one was called after that."""
    called: list[str] = []

    async def come(name: str) -> str:
        called.append(name)
        return f"{name} comes"

    crews = [partial(come, name) for name in "ABC"]
    assert call(crews, delay=10) == ("A comes", 0)
    assert called == ["A"], f"A answered at once, and yet {called[1:]} were called"
    answer, seconds = call(crews, delay=0)  # all are due now: here it is left open how many are called
    assert (answer[1:], seconds) == (" comes", 0)


def test_no_delay() -> None:
    """With a delay of 0 all crews are called at once."""
    desk = Desk()
    assert call([desk.crew("A", 9), desk.crew("B", 5), desk.crew("C", 7)], delay=0) == ("B comes", 5)
    assert sorted(desk.of("called")) == [(0, "A"), (0, "B"), (0, "C")]


@pytest.mark.parametrize("clean_up", [0, 30, 500])
def test_losers_have_ended(clean_up: float) -> None:
    """The answer was returned while others still rang or cleaned up; or clean-up past the limit lost it."""
    desk = Desk()
    crews = [desk.crew("A", 99, clean_up=clean_up), desk.crew("B", 4), desk.crew("C", 1)]
    assert call(crews) == ("B comes", 14 + clean_up)
    assert desk.of("cancelled") == [(14 + clean_up, "A")]
    assert desk.of("called") == [(0, "A"), (10, "B")], "C was to be called at 20: no more, after an answer"


def test_loser_fails_while_it_cleans_up() -> None:
    """A crew was called off and failed at that: now the next one was called, or the answer was lost."""
    desk = Desk()
    crews = [desk.crew("A", 14), desk.crew("B", 90, clean_up=3, clean_up_error=OSError()), desk.crew("C", 1)]
    assert call(crews) == ("A comes", 17)
    assert desk.of("called") == [(0, "A"), (10, "B")]


def test_a_second_answer() -> None:
    """A crew that cannot be called off any more answered too, and took the first one's place."""
    desk = Desk()

    async def stubborn() -> str:
        with trio.CancelScope(shield=True):
            return await desk.crew("A", 40)()

    assert call([stubborn, desk.crew("B", 5), desk.crew("C", 1)]) == ("B comes", 40)
    assert desk.of("called") == [(0, "A"), (10, "B")]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_all_fail_in_order(count: int) -> None:
    """Everybody said no: not all of the errors came out, or in another order than that of the crews."""
    errors = [OSError("A is at lunch"), ConnectionError("B"), TimeoutError("C")][:count]
    desk = Desk()
    crews = [desk.crew(name, 25 - 12 * number, errors[number]) for number, name in enumerate("ABC"[:count])]
    group, seconds = call(crews)
    assert isinstance(group, ExceptionGroup)
    assert group.exceptions == tuple(errors), "A fails at 25, B at 23, C at 21: called in the order A, B, C"
    assert seconds == 25


def test_too_slow() -> None:
    """Nobody answered in time, and first_responder did not give up at exactly `limit` seconds."""
    desk = Desk()
    crews = [desk.crew("A", 90), desk.crew("B", 3, OSError()), desk.crew("C", 90), desk.crew("D", 1)]
    error, seconds = call(crews, limit=20)
    assert isinstance(error, trio.TooSlowError)
    assert seconds == 20
    assert desk.of("called") == [(0, "A"), (10, "B"), (13, "C")]
    assert sorted(desk.of("cancelled")) == [(20, "A"), (20, "C")]


def test_too_slow_and_slow_to_clean_up() -> None:
    """The limit was over, and it did not wait for those who cleaned up, or called somebody else meanwhile."""
    desk = Desk()
    fails_at_that = desk.crew("B", 90, clean_up=5, clean_up_error=OSError())
    crews = [desk.crew("A", 90, clean_up=30), fails_at_that, desk.crew("C", 1)]
    error, seconds = call(crews, limit=15)
    assert isinstance(error, trio.TooSlowError)
    assert seconds == 45
    assert desk.of("called") == [(0, "A"), (10, "B")]
    assert desk.of("cancelled") == [(20, "B"), (45, "A")]


def test_outer_cancel() -> None:
    """The desk itself was called off: its crews went on, or it left in another way than cancelled."""
    desk = Desk()
    crews = [desk.crew("A", 90, clean_up=1), desk.crew("B", 90), desk.crew("C", 1)]

    async def program() -> str:
        with trio.move_on_after(12) as scope:
            await first_responder(crews, delay=10, limit=100)
        return "called off" if scope.cancelled_caught else "not called off"

    assert run(program) == ("called off", 13)
    assert desk.of("called") == [(0, "A"), (10, "B")]
    assert desk.of("cancelled") == [(12, "B"), (13, "A")]


@pytest.mark.parametrize(
    "bug",
    [
        ValueError("no crew"),
        KeyError("A"),
        trio.BrokenResourceError(),
        ExceptionGroup("in a nursery of the crew", [ValueError("no crew")]),
    ],
    ids=repr,
)
def test_bug_comes_out(bug: Exception) -> None:
    """A bug in a crew was taken for "cannot come", or the others went on ringing, or it was lost."""
    desk = Desk()
    crews = [desk.crew("A", 90), desk.crew("B", 3, bug), desk.crew("C", 1)]
    error, seconds = call(crews)
    assert leaves(error) == leaves(bug)
    assert seconds == 13
    assert desk.of("cancelled") == [(13, "A")]
    assert desk.of("called") == [(0, "A"), (10, "B")]


def test_crew_is_too_slow_by_itself() -> None:
    """A TooSlowError of a crew is an error like any other: the desk still had time."""
    desk = Desk()
    error, seconds = call([desk.crew("A", 3, bug := trio.TooSlowError("my own limit")), desk.crew("B", 1)])
    assert leaves(error) == [bug]
    assert seconds == 3
    assert desk.of("called") == [(0, "A")]


@pytest.mark.parametrize(("delay", "limit"), [(-1, 5), (-0.5, 5), (1, 0), (1, -1), (-1, 0)])
def test_bad_arguments(delay: float, limit: float) -> None:
    """A negative delay or no time at all was accepted, or a crew was called before it was refused."""
    desk = Desk()
    error, _ = call([desk.crew("A", 1)], delay=delay, limit=limit)
    assert isinstance(error, ValueError)
    assert desk.log == []


def test_no_crews() -> None:
    """Nobody to call, and it was not refused."""
    error, _ = call([])
    assert isinstance(error, ValueError)
    assert not isinstance(error, ExceptionGroup)


outcomes = st.sampled_from(["fails", "fails", "answers"])
crew_plans = st.lists(st.tuples(st.integers(0, 12), outcomes), min_size=1, max_size=5)


@given(plans=crew_plans, delay=st.integers(0, 6), limit=st.integers(1, 30))
def test_call_times(plans: list[tuple[int, str]], delay: int, limit: int) -> None:
    """A crew was called at another time, another one won, or first_responder returned at another time."""
    # A crew takes whole seconds and a part of one that is the crew's alone: no two of them end together.
    lasts = [seconds + 0.5 ** (number + 1) for number, (seconds, _) in enumerate(plans)]
    errors = [OSError(number) for number in range(len(plans))]
    limit_at = limit + 0.5**10
    called_at = [0.0]
    for (_, outcome), seconds in zip(plans, lasts, strict=True):
        called_at.append(called_at[-1] + (min(delay, seconds) if outcome == "fails" else delay))
    ends = [start + seconds for start, seconds in zip(called_at, lasts, strict=False)]
    answers = [(end, number) for number, end in enumerate(ends) if plans[number][1] == "answers"]
    end = min([*(at for at, _ in answers), limit_at] if answers else [max(ends), limit_at])

    desk = Desk()
    crews = [
        desk.crew(str(number), seconds, errors[number] if outcome == "fails" else None)
        for number, ((_, outcome), seconds) in enumerate(zip(plans, lasts, strict=True))
    ]
    came, seconds = call(crews, delay=delay, limit=limit_at)
    assert sorted(desk.of("called")) == sorted(
        (at, str(number)) for number, at in enumerate(called_at[:-1]) if at < end
    )
    assert seconds == end, f"ended with {came!r}"
    if end == limit_at:
        assert isinstance(came, trio.TooSlowError)
    elif answers:
        assert came == f"{min(answers)[1]} comes"
    else:
        assert isinstance(came, ExceptionGroup)
        assert came.exceptions == tuple(errors)
