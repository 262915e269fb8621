"""Cooks together by cooking one after the other: the waits add up.

Rejected by: test_sum_versus_max
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
    return cook_one_by_one(recipes)
