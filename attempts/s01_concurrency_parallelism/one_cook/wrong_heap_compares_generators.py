"""Puts (wake-up tick, recipe) on the heap: at a tie it compares generators, which have no order.

Rejected by: test_step_order_matches_naive_scan
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
    done: dict[Recipe, tuple[str, int]] = {}
    clock = 0
    waiting: list[tuple[int, Recipe]] = []
    try:
        for recipe in recipes:
            try:
                heappush(waiting, (check(next(recipe)), recipe))
            except StopIteration as stop:
                done[recipe] = (stop.value, 0)
        while waiting:
            clock, recipe = heappop(waiting)
            try:
                heappush(waiting, (clock + check(next(recipe)), recipe))
            except StopIteration as stop:
                done[recipe] = (stop.value, clock)
    except BaseException:
        close(recipes)
        raise
    ordered = [done[recipe] for recipe in recipes]
    return Shift(tuple(d for d, _ in ordered), tuple(t for _, t in ordered), clock)
