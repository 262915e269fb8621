"""Cooks one after the other and works out the ticks as if it had been together.

Rejected by: test_step_order_matches_naive_scan
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

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
    shift = cook_one_by_one(recipes)
    starts = (0, *shift.ready_at)
    ready_at = tuple(end - start for start, end in zip(starts, shift.ready_at))
    return Shift(shift.dishes, ready_at, max(ready_at, default=0))
