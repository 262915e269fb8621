"""Takes whatever may serve as an index for an int: an object with __index__ is none.

Rejected by: test_bad_waits
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from operator import index

# `yield n` in a recipe means: this needs n ticks on the stove, do something else meanwhile. The work between
# two yields takes no time. What a recipe returns is the name of the dish.
Recipe = Generator[int, None, str]


@dataclass(frozen=True)
class Shift:
    """What came of it."""

    dishes: tuple[str, ...]  # in the order of the recipes
    ready_at: tuple[int, ...]  # the tick at which each recipe returned, in the order of the recipes
    clock: int  # the tick at which the last recipe returned; 0 if there is none


# For both functions: everything runs in the caller's thread, and nothing sleeps. A wait of 10**15 ticks costs
# no more than one of 1.
#
# TypeError if a recipe yields something that is not an int, ValueError if it yields a negative int. On these,
# and on any error that a recipe raises (KeyboardInterrupt and SystemExit too), all recipes are closed with
# .close(), those that never began too. Then that error leaves, whatever the closing of a recipe may raise.


def cook_one_by_one(recipes: Sequence[Recipe]) -> Shift:
    """Finish each recipe before starting the next. While it waits, the clock moves on and nothing happens."""
    clock = 0
    dishes, ready_at = [], []
    with _stove(recipes):
        for recipe in recipes:
            while True:
                try:
                    clock += _checked(next(recipe))
                except StopIteration as end:
                    dishes.append(end.value)
                    ready_at.append(clock)
                    break
    return Shift(tuple(dishes), tuple(ready_at), clock)


def cook_together(recipes: Sequence[Recipe]) -> Shift:
    """Start all recipes at tick 0, and always continue the one whose wait ends first.

    Of several whose wait ends at the same tick, the one that yielded first; at tick 0 they begin in the order
    of the sequence. So `yield 0` lets every recipe that is ready at this tick go first.
    """
    clock = 0
    done: dict[int, tuple[str, int]] = {}  # index -> dish and the tick at which it was ready
    numbers = count()
    waiting = [(0, next(numbers), index) for index in range(len(recipes))]  # sorted, and so a heap already
    with _stove(recipes):
        while waiting:
            clock, _, number = heappop(waiting)
            try:
                wait = _checked(next(recipes[number]))
            except StopIteration as end:
                done[number] = end.value, clock
            else:
                heappush(waiting, (clock + wait, next(numbers), number))
    in_order = [done[index] for index in range(len(recipes))]
    return Shift(tuple(dish for dish, _ in in_order), tuple(tick for _, tick in in_order), clock)


def _checked(wait: object) -> int:
    """What a recipe yielded, if it is a number of ticks."""
    wait = index(wait)  # TypeError for a float
    if wait < 0:
        raise ValueError(f"a recipe cannot wait for {wait} ticks")
    return wait


@contextmanager
def _stove(recipes: Sequence[Recipe]) -> Iterator[None]:
    """If the block fails, close all recipes before the error leaves."""
    try:
        yield
    except BaseException:
        for recipe in recipes:
            with suppress(BaseException):  # one pot that boils over must not keep us from the others
                recipe.close()
        raise
