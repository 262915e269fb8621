"""One cook, many pots: the waits overlap, the work does not, and no pot is left on the stove.

Under `@interleave` no clock runs: a sleep would move a number, and a thread would be seen.
"""

import inspect
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from enum import IntEnum
from threading import get_ident

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dojo.interleave import interleave
from katas.s01_concurrency_parallelism.one_cook import Shift, cook_one_by_one, cook_together

Recipe = Generator[int, None, str]  # an answer need not have kept its name for it
Cook = Callable[[Sequence[Recipe]], Shift]
both_cooks = pytest.mark.parametrize("cook", [cook_one_by_one, cook_together])
menus = st.lists(st.lists(st.integers(0, 3), max_size=4), max_size=4)  # the waits of each recipe


def simmer(
    waits: Sequence[int], dish: str = "stew", note: Callable[[int], object] = lambda step: None
) -> Recipe:
    """A recipe that waits so many times, and calls note(0), note(1), ... for its steps."""
    for step, wait in enumerate(waits):
        note(step)
        yield wait
    note(len(waits))
    return dish


def test_seed_example() -> None:
    """Two tasks that wait two ticks each: four ticks one by one, two ticks together."""
    log: list[str] = []

    def task(name: str) -> Recipe:
        log.append(f"Starting {name}")
        yield 2
        log.append(f"Completed {name}")
        return name

    shift = cook_one_by_one((task("Task 1"), task("Task 2")))
    assert shift == Shift(dishes=("Task 1", "Task 2"), ready_at=(2, 4), clock=4)
    assert log == ["Starting Task 1", "Completed Task 1", "Starting Task 2", "Completed Task 2"]
    log.clear()
    shift = cook_together((task("Task 1"), task("Task 2")))
    assert shift == Shift(dishes=("Task 1", "Task 2"), ready_at=(2, 2), clock=2)
    assert log == ["Starting Task 1", "Starting Task 2", "Completed Task 1", "Completed Task 2"]


@interleave
def test_yield_zero_lets_the_others_go_first() -> None:
    """A recipe that waited for 0 ticks went on at once, though others were ready at this tick, too."""
    log: list[str] = []
    a = simmer([0], note=lambda step: log.append(f"A{step}"))
    b = simmer([], note=lambda step: log.append(f"B{step}"))
    cook_together([a, b])
    assert log == ["A0", "B0", "A1"]


@both_cooks
@interleave
def test_dishes_in_recipe_order(cook: Cook) -> None:
    """The dishes came in the order in which they were ready, or one got lost (""?), or an empty kitchen failed."""
    menu = {"roast": [9], "": [5, 1], "soup": [3], "bread": []}
    assert cook([simmer(waits, dish) for dish, waits in menu.items()]).dishes == (
        "roast",
        "",
        "soup",
        "bread",
    )
    assert cook([simmer([2], "soup"), simmer([1], "soup")]).dishes == ("soup", "soup")
    assert cook([simmer([2], "")]) == Shift(dishes=("",), ready_at=(2,), clock=2)
    assert cook([]) == Shift(dishes=(), ready_at=(), clock=0)


LONG = 10**18 + 1  # no float is this number


@pytest.mark.parametrize(
    ("cook", "ready_at"), [(cook_one_by_one, (LONG, LONG + 1)), (cook_together, (LONG, 1))]
)
@interleave(steps=1000)
def test_long_waits_cost_nothing(cook: Cook, ready_at: tuple[int, int]) -> None:
    """The cook counts every tick, or lost one: a clock has to jump, and to be a whole number."""
    shift = cook([simmer([LONG]), simmer([1])])
    assert shift.ready_at == ready_at
    assert shift.clock == max(ready_at)


@both_cooks
def test_many_steps(cook: Cook) -> None:
    """A recipe with thousands of steps failed: that many calls do not fit into one another."""
    assert cook([simmer([1] * 5000), simmer([0] * 5000)]).clock == 5000


@pytest.mark.parametrize(("cook", "ready_at"), [(cook_one_by_one, (1, 9, 13)), (cook_together, (1, 6, 4))])
@interleave
def test_a_recipe_may_cook_others(cook: Cook, ready_at: tuple[int, ...]) -> None:
    """A recipe asked the cook to cook other recipes, and the two kitchens got into each other's pots or clocks."""

    def menu() -> Recipe:
        yield 1
        courses = cook([simmer([5], "sauce"), simmer([2], "rice")])
        yield courses.clock
        return " and ".join(courses.dishes)

    shift = cook([simmer([1], "soup"), menu(), simmer([4], "bread")])
    assert shift == Shift(("soup", "sauce and rice", "bread"), ready_at, max(ready_at))


@given(menu=menus)
@example(menu=[[1, 1], [3], []])
@interleave
def test_sum_versus_max(menu: list[list[int]]) -> None:
    """One by one the waits add up; together each recipe takes as long as if it were alone."""
    sums = [sum(waits) for waits in menu]
    one_by_one = cook_one_by_one([simmer(waits) for waits in menu])
    assert one_by_one.ready_at == tuple(sum(sums[: index + 1]) for index in range(len(menu)))
    assert one_by_one.clock == sum(sums)
    together = cook_together([simmer(waits) for waits in menu])
    assert together.ready_at == tuple(sums)
    assert together.clock == max(sums, default=0)


def steps_in_order(menu: list[list[int]]) -> list[tuple[int, int]]:
    """The (recipe, step) pairs in the order of the contract, found as plainly as can be."""
    waiting = [(0, index, 0) for index in range(len(menu))]  # (tick, recipe, step), in the order of yielding
    order = []
    while waiting:
        first = min(waiting, key=lambda entry: entry[0])  # of several at one tick: the foremost
        waiting.remove(first)
        tick, index, step = first
        order.append((index, step))
        if step < len(menu[index]):
            waiting.append((tick + menu[index][step], index, step + 1))
    return order


@given(menu=menus)
@example(menu=[[2, 0], [2], [1, 1]])
@example(menu=[[3], [1, 2], [2, 1]])
@example(menu=[[1, 1], [0, 2], [2]])
@interleave
def test_step_order_matches_naive_scan(menu: list[list[int]]) -> None:
    """The recipes were not continued in the order in which their waits end, or a tie went wrong."""
    log: list[tuple[int, int]] = []

    def noted(index: int) -> Recipe:
        return simmer(menu[index], note=lambda step: log.append((index, step)))

    cook_together([noted(index) for index in range(len(menu))])
    assert log == steps_in_order(menu)
    log.clear()
    cook_one_by_one([noted(index) for index in range(len(menu))])
    assert log == [(index, step) for index, waits in enumerate(menu) for step in range(len(waits) + 1)]


@both_cooks
@interleave
def test_one_pair_of_hands(cook: Cook) -> None:
    """A recipe was worked on in another thread, or somebody really waited."""
    hands: set[int] = set()
    before = time.monotonic()
    cook([simmer(waits, note=lambda step: hands.add(get_ident())) for waits in ([2, 1], [1, 1], [0])])
    assert hands == {get_ident()}, "there is one cook: the thread that called"
    assert time.monotonic() == before, "the clock is a number; nobody really waits"


class Kitchen:
    """Recipes that note which of them have been begun and cleaned up, and in which order they were worked on."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.begun: set[int] = set()
        self.cleaned: set[int] = set()

    def recipe(self, index: int, waits: Sequence[object], error: BaseException | None = None) -> Recipe:
        """Wait so many times, then raise the error, if there is one."""
        self.begun.add(index)
        try:
            for wait in waits:
                self.steps.append(index)
                with suppress(Exception):  # closed it ends, but an error thrown into it is no reason to
                    yield wait  # type: ignore[misc]
            self.steps.append(index)
            if error is not None:
                raise error
        finally:
            self.cleaned.add(index)
        return "stew"


def assert_all_closed(recipes: Sequence[Recipe], kitchen: Kitchen) -> None:
    """Every recipe is closed, and has cleaned up if it had begun."""
    assert [inspect.getgeneratorstate(recipe) for recipe in recipes] == [inspect.GEN_CLOSED] * len(recipes)
    assert kitchen.cleaned == kitchen.begun


class Alarm(BaseException):
    """No Exception, and none of the well-known others."""


errors = st.sampled_from(
    [
        *[OSError("burnt"), ValueError("salt"), RuntimeError("no gas"), IndexError("no spoon"), KeyError("larder")],
        *[KeyboardInterrupt(), SystemExit(1), Alarm()],
    ]
)


@both_cooks
@given(menu=menus.filter(bool), failing=st.integers(0, 3), error=errors)
@example(menu=[[2], [5], [5]], failing=0, error=OSError("burnt"))  # two wait, or have not begun
@example(menu=[[5, 5], [1, 1], [1, 1]], failing=1, error=KeyboardInterrupt())
@example(menu=[[5], [1], []], failing=1, error=Alarm())
@example(menu=[[5], [1], []], failing=1, error=RuntimeError("no gas"))
@example(menu=[[5], [], [5]], failing=1, error=IndexError("no spoon"))
@example(menu=[[5], [1], []], failing=1, error=KeyError("larder"))
@example(menu=[[1, 1], [1], [1, 1]], failing=1, error=OSError("burnt"))
@example(menu=[[5], [1], []], failing=1, error=GeneratorExit())
@interleave
def test_failure_closes_the_others(
    cook: Cook, menu: list[list[int]], failing: int, error: BaseException
) -> None:
    """A recipe failed, and the other pots were left on the stove or cooked on, or another error came out, or none."""
    failing %= len(menu)
    kitchen = Kitchen()
    recipes = [kitchen.recipe(i, waits, error if i == failing else None) for i, waits in enumerate(menu)]
    with pytest.raises(type(error)) as raised:
        cook(recipes)
    assert raised.value is error
    assert kitchen.steps[-1] == failing, "no recipe goes on when one has failed"
    assert_all_closed(recipes, kitchen)


class Spoons:
    """Serves as an index, and is no int."""

    def __index__(self) -> int:
        return 2


@both_cooks
@pytest.mark.parametrize(
    ("wait", "error"),
    [(-1, ValueError), *[(wait, TypeError) for wait in ("2", None, 1.5, 2.0, -1.5, Spoons())]],
)
@pytest.mark.parametrize("before", [[], [1]], ids=["first wait", "second wait"])
@interleave
def test_bad_waits(cook: Cook, before: list[int], wait: object, error: type[Exception]) -> None:
    """A wait of no whole number of ticks was accepted or got the wrong error, or left pots on the stove."""
    kitchen = Kitchen()
    recipes = [kitchen.recipe(0, [3]), kitchen.recipe(1, [*before, wait, 1]), kitchen.recipe(2, [1, 9])]
    with pytest.raises(error):
        cook(recipes)
    assert kitchen.steps[-1] == 1, "no recipe goes on when one has asked for such a wait"
    assert kitchen.steps.count(1) == len(before) + 1, "nor does the one that has asked for it"
    assert_all_closed(recipes, kitchen)


class Minutes(IntEnum):
    """Ticks with names."""

    RICE = 2


@both_cooks
@interleave
def test_an_int_of_a_kind_of_its_own(cook: Cook) -> None:
    """A wait from an IntEnum was refused, or counted wrongly: it is an int."""
    assert cook([simmer([Minutes.RICE, 1])]).ready_at == (3,)


@both_cooks
@pytest.mark.parametrize("slip", [RuntimeError, SystemExit, Alarm])
@interleave
def test_a_pot_that_boils_over_while_closing(cook: Cook, slip: type[BaseException]) -> None:
    """An error in the closing of one recipe kept the others open, or came out in place of the first error."""
    kitchen = Kitchen()

    def catches_fire() -> Recipe:
        yield 5
        raise OSError("caught fire")

    def boils_over() -> Recipe:
        try:
            while True:
                yield 9
        finally:
            raise slip("boiled over while it was closed")

    boiling = boils_over()
    next(boiling)  # it is on the stove already
    recipes = [catches_fire(), kitchen.recipe(1, [7]), boiling, kitchen.recipe(3, [7])]
    with pytest.raises(OSError, match="caught fire"):
        cook(recipes)
    assert_all_closed(recipes, kitchen)
