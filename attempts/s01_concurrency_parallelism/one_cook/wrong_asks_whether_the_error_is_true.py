"""Notes the error and asks `if error`: one that is false (it has a length of 0) is lost.

Rejected by: test_failure_closes_the_others
"""

import heapq
import itertools
from collections.abc import Generator, Sequence
from dataclasses import dataclass

Recipe = Generator[int, None, str]


@dataclass(frozen=True)
class Shift:
    dishes: tuple[str, ...]
    ready_at: tuple[int, ...]
    clock: int


def ticks(wait):
    if not isinstance(wait, int):
        raise TypeError(f"not an int: {wait!r}")
    if wait < 0:
        raise ValueError(f"negative: {wait}")
    return wait


def close_all(recipes):
    for recipe in recipes:
        try:
            recipe.close()
        except BaseException:
            pass


def cook(recipes, batches):
    done, clock, error = {}, 0, None
    numbers = itertools.count()
    for batch in batches:
        waiting = [(clock, next(numbers), index) for index in batch]
        while waiting and not error:
            clock, _, index = heapq.heappop(waiting)
            try:
                wait = ticks(next(recipes[index]))
            except StopIteration as end:
                done[index] = end.value, clock
            except BaseException as caught:
                error = caught
            else:
                heapq.heappush(waiting, (clock + wait, next(numbers), index))
    if error:
        close_all(recipes)
        raise error
    in_order = [done.get(index, (None, 0)) for index in range(len(recipes))]
    return Shift(tuple(dish for dish, _ in in_order), tuple(tick for _, tick in in_order), clock)


def cook_one_by_one(recipes: Sequence[Recipe]) -> Shift:
    return cook(recipes, [[index] for index in range(len(recipes))])


def cook_together(recipes: Sequence[Recipe]) -> Shift:
    return cook(recipes, [range(len(recipes))])
