"""Decides ties by the number of the recipe: one that yields 0 runs again at once.

Rejected by: test_yield_zero_lets_the_others_go_first, test_step_order_matches_naive_scan
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

Recipe = Generator[int, None, str]


@dataclass(frozen=True)
class Shift:
    dishes: tuple[str, ...]
    ready_at: tuple[int, ...]
    clock: int


def check(wait: object) -> int:
    if not isinstance(wait, int):
        raise TypeError(f"a whole number of ticks, not {wait!r}")
    if wait < 0:
        raise ValueError(f"not {wait} ticks")
    return wait


def close(recipes: Sequence[Recipe]) -> None:
    for recipe in recipes:
        try:
            recipe.close()
        except BaseException:
            pass


def cook_one_by_one(recipes: Sequence[Recipe]) -> Shift:
    dishes: list[str] = []
    ready_at: list[int] = []
    clock = 0
    try:
        for recipe in recipes:
            while True:
                try:
                    clock += check(next(recipe))
                except StopIteration as stop:
                    dishes.append(stop.value)
                    ready_at.append(clock)
                    break
    except BaseException:
        close(recipes)
        raise
    return Shift(tuple(dishes), tuple(ready_at), clock)


def cook_together(recipes: Sequence[Recipe]) -> Shift:
    dishes = [""] * len(recipes)
    ready_at = [0] * len(recipes)
    clock = 0
    yields = 0
    waiting: list[tuple[int, int, int]] = []
    for i in range(len(recipes)):
        heappush(waiting, (0, 0, i))
        yields += 1
    try:
        while waiting:
            clock, _, i = heappop(waiting)
            try:
                wait = check(next(recipes[i]))
            except StopIteration as stop:
                dishes[i] = stop.value
                ready_at[i] = clock
            else:
                heappush(waiting, (clock + wait, 0, i))
                yields += 1
    except BaseException:
        close(recipes)
        raise
    return Shift(tuple(dishes), tuple(ready_at), clock)
