"""Lets all that are ready at this tick have their turn before it looks whether one of them failed.

Rejected by: test_failure_closes_the_others, test_bad_waits
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


def cook_one_by_one(recipes: Sequence[Recipe]) -> Shift:
    clock, dishes, ready_at = 0, [], []
    try:
        for recipe in recipes:
            while True:
                try:
                    clock += ticks(next(recipe))
                except StopIteration as end:
                    dishes.append(end.value)
                    ready_at.append(clock)
                    break
    except BaseException:
        close_all(recipes)
        raise
    return Shift(tuple(dishes), tuple(ready_at), clock)


def cook_together(recipes: Sequence[Recipe]) -> Shift:
    clock, done = 0, {}
    numbers = itertools.count()
    waiting = [(0, next(numbers), index) for index in range(len(recipes))]
    errors = []
    while waiting:
        if errors and waiting[0][0] > clock:
            break
        clock, _, index = heapq.heappop(waiting)
        try:
            wait = ticks(next(recipes[index]))
        except StopIteration as end:
            done[index] = end.value, clock
        except BaseException as error:
            errors.append(error)
        else:
            heapq.heappush(waiting, (clock + wait, next(numbers), index))
    if errors:
        close_all(recipes)
        raise errors[0]
    in_order = [done[index] for index in range(len(recipes))]
    return Shift(tuple(dish for dish, _ in in_order), tuple(tick for _, tick in in_order), clock)
